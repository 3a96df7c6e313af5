// golden MODEL.lhm RECORDING
#include "devices/hosted.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const liteheart::test::Device device = {[](const char* line) { std::puts(line); },
                                          []() -> std::uint64_t { return 0; }};
  return liteheart::test::golden_files(argv[1], argv[2], device) ? 0 : 1;
}
