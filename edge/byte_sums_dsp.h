// Sums of products of bytes with the DSP instructions of Cortex-M4 and M7: two 16-bit products at
// once. Included by bytes_vector.cpp.
#pragma once

#include <arm_acle.h>

#include "edge/byte_gemm.h"

namespace liteheart::edge {
namespace {

struct CortexM {
  static constexpr int kRows = 3, kLess = 0;
};

inline std::uint32_t four(const void* from) {
  std::uint32_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// Bytes 0 and 2, or 1 and 3, of four as 16-bit numbers. As intrinsics, GCC 12 turns the odd ones in
// two instructions.
inline std::uint32_t odd_unsigned(std::uint32_t four) {
  std::uint32_t odd;
  asm("uxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(four));
  return odd;
}
inline std::uint32_t odd_signed(std::uint32_t four) {
  std::uint32_t odd;
  asm("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(four));
  return odd;
}

/// Four columns at a time.
template <>
struct ByteSums<CortexM> {
  // Apart, so that what becomes of the sums takes no registers from them.
  template <int Rows, int Blocks>
  [[gnu::noinline]] static void of(const ByteGemm& g, std::size_t t, std::size_t c,
                                   std::int32_t (*total)[Blocks * kBlock]) {
    constexpr int kColumns = 4;
    const std::uint8_t* const begin = g.in + t * g.in_step;
    const std::size_t in_step = g.in_step, next = g.columns * kDepthMultiple;
    for (int first = 0; first < Blocks * kBlock; first += kColumns) {
      std::int32_t sum[Rows][kColumns] = {};
      const std::int8_t* weight = g.weight + (c + static_cast<std::size_t>(first)) * kDepthMultiple;
      for (const std::uint8_t* in = begin; in != begin + g.depth; in += kDepthMultiple) {
        std::uint32_t even[kColumns], odd[kColumns];
        for (int i = 0; i < kColumns; ++i) {
          const std::uint32_t w = four(weight + 4 * i);
          even[i] = static_cast<std::uint32_t>(__sxtb16(w));
          odd[i] = odd_signed(w);
        }
        for (int r = 0; r < Rows; ++r) {
          const std::uint32_t x = four(in + static_cast<std::size_t>(r) * in_step),
                              x_even = __uxtb16(x), x_odd = odd_unsigned(x);
          for (int i = 0; i < kColumns; ++i)
            sum[r][i] = __smlad(x_odd, odd[i], __smlad(x_even, even[i], sum[r][i]));
        }
        weight += next;
      }
      for (int r = 0; r < Rows; ++r) {
        for (int i = 0; i < kColumns; ++i) total[r][first + i] = sum[r][i];
      }
    }
  }
};

}  // namespace
}  // namespace liteheart::edge
