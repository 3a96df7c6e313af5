// golden MODEL.lhm RECORDING, or golden ROUNDS for random shapes.
#include "devices/hosted.h"

#include <cstdlib>

#include "devices/kernels.h"

int main(int argc, char** argv) {
  const liteheart::test::Device device = {[](const char* line) { std::puts(line); },
                                          []() -> std::uint64_t { return 0; }};
  const long rounds = argc == 2 ? std::strtol(argv[1], nullptr, 10) : 0;
  if (rounds > 0)
    return liteheart::test::kernels_run(static_cast<std::uint32_t>(rounds), device) ? 0 : 1;
  if (argc != 3) return 2;
  return liteheart::test::golden_files(argv[1], argv[2], device) ? 0 : 1;
}
