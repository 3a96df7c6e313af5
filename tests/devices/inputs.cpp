// Writes what the golden runs read: golden_inputs FOLDER makes small.lhm and recording.f32 there.
#include <filesystem>
#include <fstream>

#include "data/simulator.h"
#include "edge/small_model.h"

namespace {

template <class T>
void write(const std::filesystem::path& file, const std::vector<T>& values) {
  std::ofstream out(file, std::ios::binary);
  out.exceptions(std::ios::failbit | std::ios::badbit);
  out.write(reinterpret_cast<const char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(T)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  const auto recording = liteheart::simulate(liteheart::simulated_centres().front(), {"AF"}, 1);
  std::vector<float> values = {static_cast<float>(recording.rate_hz)};
  const auto lead = recording.lead(0);
  values.insert(values.end(), lead.begin(), lead.end());
  write(folder / "recording.f32", values);
  write(folder / "small.lhm", liteheart::test::small_edge_model(1024));
  return 0;
}
