// The golden run of the model and recording that the program holds.
#include "devices/cortex_m/board.h"

// Of embedded.cpp.
extern "C" const unsigned char model_begin[], model_end[];
extern "C" const float recording_begin[], recording_end[];

namespace liteheart::test {

bool board_run(const Device& device, unsigned char* memory, std::size_t memory_bytes) {
  return golden_run(
      {model_begin, static_cast<std::size_t>(model_end - model_begin), recording_begin,
       static_cast<std::size_t>(recording_end - recording_begin), memory, memory_bytes},
      device);
}

}  // namespace liteheart::test
