// Each kernel path against the reference on random shapes.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "edge/random_shapes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liteheart::test;
  if (size < 5) return 0;
  std::uint32_t seed = 0;
  for (int i = 0; i < 4; ++i) seed = seed << 8 | data[i];
  if (const Parting parting = random_shape(seed, data[4] % kKernelKinds); parting.kernel) {
    std::fprintf(stderr, "%s parts on %s\n", parting.kernel, parting.path);
    std::abort();
  }
  return 0;
}
