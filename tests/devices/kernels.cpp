#include "devices/kernels.h"

#include "edge/kernels.h"
#include "edge/random_shapes.h"

namespace liteheart::test {

bool kernels_run(std::uint32_t rounds, const Device& device) {
  const edge::Kernels* paths[8];
  const std::size_t count = edge::kernel_paths(paths, 8);
  if (count < 2) {
    device.print("there is no path but the reference");
    return false;
  }
  for (std::uint32_t seed = 1; seed <= rounds; ++seed) {
    for (std::size_t kind = 0; kind < kKernelKinds; ++kind) {
      if (const Parting parting = random_shape(seed, kind); parting.kernel) {
        device.print("parts from the reference:");
        device.print(parting.kernel);
        device.print(parting.path);
        print_count(device, "seed", seed);
        return false;
      }
    }
  }
  device.print("as the reference on random shapes:");
  for (std::size_t p = 1; p < count; ++p) device.print(paths[p]->name);
  print_count(device, "random_shapes", std::uint64_t{rounds} * kKernelKinds);
  return true;
}

}  // namespace liteheart::test
