// Writes what the golden runs read: golden_inputs FOLDER makes small.lhm and recording.f32 there.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "data/simulator.h"
#include "edge/small_model.h"
#include "formats/registry.h"
#include "shared.h"

namespace {

template <class T>
void write(const std::filesystem::path& file, const std::vector<T>& values) {
  std::ofstream out(file, std::ios::binary);
  out.exceptions(std::ios::failbit | std::ios::badbit);
  out.write(reinterpret_cast<const char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(T)));
}

/// A patient's atrial fibrillation from a single-lead device (CinC 2017 set), where the shared data
/// is there; else a simulated one.
liteheart::Recording recording() {
  const auto real = liteheart::test::shared() / "data/cinc2017/A00005.hea";
  if (std::filesystem::exists(real)) return liteheart::read_recording(real);
  return liteheart::simulate(liteheart::simulated_centres().front(), {"AF"}, 1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  constexpr std::size_t kMost =
      5000;  // samples: a window and more, and little for an emulator to run
  const auto source = recording();
  const auto lead = source.lead(0);
  std::vector<float> values = {static_cast<float>(source.rate_hz)};
  values.insert(values.end(), lead.begin(),
                lead.begin() + static_cast<std::ptrdiff_t>(std::min(kMost, lead.size())));
  write(folder / "recording.f32", values);
  write(folder / "small.lhm", liteheart::test::small_edge_model(1024));
  return 0;
}
