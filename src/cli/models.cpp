#include "cli/models.h"

#include "ecg/error.h"

namespace liteheart {

namespace fs = std::filesystem;

fs::path shipped_model() {
  const char* const name = "liteheart-lead-i.lhm";
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  for (const char* const folder : {"models", "../share/liteheart"}) {
    fs::path file = program.parent_path() / folder / name;
    if (fs::exists(file, ignored)) return file;
  }
  throw Error(name, "the shipped model is not where it should be", "give a model with --model");
}

std::unique_ptr<Engine> open_engine(const fs::path& model, int threads) {
  return is_edge_model(model) ? open_edge_engine(model, threads)
                              : open_torch_engine(model, threads);
}

}  // namespace liteheart
