// A bare Cortex-M: vectors, start, clock, and output through semihosting.
#include "devices/cortex_m/board.h"

#include <cstring>

extern "C" {
// Of the linker script.
extern std::uint32_t stack_begin[], stack_end[], data_begin[], data_end[], bss_begin[], bss_end[];
extern unsigned char code_begin[], code_end[], data_image[], memory_begin[], memory_end[];
[[noreturn]] void reset();
}

namespace {

// Of unlike bytes: the loop that paints must not become a call of memset, whose own stack it
// paints.
constexpr std::uint32_t kPaint = 0x5ca1ab1e;

/// Asks the debugger or emulator.
void semihost(int operation, const void* argument) {
  register int r0 asm("r0") = operation;
  register const void* r1 asm("r1") = argument;
  asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

void print(const char* line) {
  semihost(4, line);
  semihost(4, "\n");
}

[[noreturn]] void leave(bool well) {
  const std::uint32_t reason[] = {0x20026, well ? 0U : 1U};  // the application's own exit
  semihost(0x20, reason);
  for (;;) {
  }
}

void fault() {
  print("fault exception");
  leave(false);
}

// SysTick counts down 24 bits at the board's clock. Under qemu's `-icount shift=0` an instruction
// takes one nanosecond, so that time counts instructions.
volatile std::uint32_t* const tick = reinterpret_cast<std::uint32_t*>(0xe000e010);
constexpr std::uint32_t kTicks = 1U << 24;
volatile std::uint32_t wraps;
void count_wrap() { wraps = wraps + 1; }

std::uint64_t instructions() {
  std::uint32_t before, left;
  do {
    before = wraps;
    left = tick[2];
  } while (before != wraps);
  const std::uint64_t ticks = std::uint64_t{before} * kTicks + (kTicks - 1 - left);
  return ticks * 1000 / (LITEHEART_BOARD_HZ / 1'000'000);
}

/// Bytes of the stack that were ever used.
std::uint32_t stack_used() {
  const std::uint32_t* lowest = stack_begin;
  while (*lowest == kPaint) ++lowest;
  return static_cast<std::uint32_t>(stack_end - lowest) * sizeof(std::uint32_t);
}

[[gnu::noinline]] bool run() {
  using namespace liteheart::test;
  const Device device = {print, instructions};
  if (!board_run(device, memory_begin, static_cast<std::size_t>(memory_end - memory_begin)))
    return false;
  print_count(device, "code_bytes", static_cast<std::uint64_t>(code_end - code_begin));
  print_count(device, "static_bytes",
              static_cast<std::uint64_t>(bss_end - data_begin) * sizeof(std::uint32_t));
  print_count(device, "stack_bytes", stack_used());
  return true;
}

using Handler = void (*)();
struct Vectors {
  const void* stack;
  Handler handlers[15];
};
[[gnu::section(".vectors"), gnu::used]] const Vectors vectors = {
    stack_end,
    {reset, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault,
     fault, count_wrap}};

}  // namespace

void reset() {
  auto* access = reinterpret_cast<volatile std::uint32_t*>(0xe000ed88);
  *access = *access | 0xfU << 20;  // the coprocessors of floats and vectors
  asm volatile("dsb\nisb" ::: "memory");
  std::memcpy(data_begin, data_image, static_cast<std::size_t>(data_end - data_begin) * 4);
  std::memset(bss_begin, 0, static_cast<std::size_t>(bss_end - bss_begin) * 4);
  std::uint32_t* in_use;
  asm volatile("mov %0, sp" : "=r"(in_use));
  for (std::uint32_t* p = stack_begin; p < in_use; ++p) *p = kPaint;
  tick[1] = kTicks - 1;
  tick[2] = 0;
  tick[0] = 7;  // on, with its exception, at the processor's clock
  leave(run());
}
