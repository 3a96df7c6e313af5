// The kernels on random shapes, which the board has no heap for: its memory is handed out in order
// and is whole again when nothing of it is in use.
#include <new>

#include "devices/cortex_m/board.h"
#include "devices/kernels.h"

namespace {

struct Heap {
  unsigned char* begin;
  std::size_t bytes, used, blocks;
} heap;

[[noreturn]] void out_of_memory() {
  asm volatile("udf #0");  // the board says so, and stops
  __builtin_unreachable();
}

}  // namespace

void* operator new(std::size_t bytes) {
  constexpr std::size_t kAlign = 64;
  const std::size_t whole = (bytes + kAlign - 1) / kAlign * kAlign;
  if (whole > heap.bytes - heap.used) out_of_memory();
  void* const block = heap.begin + heap.used;
  heap.used += whole;
  ++heap.blocks;
  return block;
}
void operator delete(void* block) noexcept {
  if (block != nullptr && --heap.blocks == 0) heap.used = 0;
}
void operator delete(void* block, std::size_t) noexcept { operator delete(block); }

// What containers call where they cannot go on; the library's own would need exceptions.
namespace std {
void __throw_length_error(const char*) { out_of_memory(); }
void __throw_bad_alloc() { out_of_memory(); }
void __throw_bad_array_new_length() { out_of_memory(); }
}  // namespace std

namespace liteheart::test {

bool board_run(const Device& device, unsigned char* memory, std::size_t memory_bytes) {
  constexpr std::uint32_t kRounds = 20;
  heap = {memory, memory_bytes, 0, 0};
  return kernels_run(kRounds, device);
}

}  // namespace liteheart::test
