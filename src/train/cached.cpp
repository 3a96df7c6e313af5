#include "train/cached.h"

#include "ecg/error.h"

namespace liteheart {

WeightFile cached(const std::filesystem::path& file, const std::function<WeightFile()>& compute) {
  if (std::filesystem::exists(file)) return read_safetensors(file);
  WeightFile computed = compute();
  try {
    write_safetensors(file, computed);
  } catch (const Error&) {
  }
  return computed;
}

}  // namespace liteheart
