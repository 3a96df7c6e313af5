// Sums of products of bytes with the vectors of Cortex-M55 (Helium, MVE): sixteen products at once,
// along the depth. Included by bytes_vector.cpp.
#pragma once

#include <arm_mve.h>

#include "edge/byte_gemm.h"

namespace liteheart::edge {
namespace {

struct CortexM {
  static constexpr int kRows = 2, kLess = 128;  // a product takes two signed numbers
};

/// Four columns at a time.
template <>
struct ByteSums<CortexM> {
  template <int Rows, int Blocks>
  static void of(const ByteGemm& g, std::size_t t, std::size_t c,
                 std::int32_t (*total)[Blocks * kBlock]) {
    constexpr int kColumns = 4, kDepth = 16;
    // Where the weights of a column stand: four, then those of all other columns, then four.
    const auto next = static_cast<std::uint32_t>(g.columns * kDepthMultiple);
    const uint32x4_t fours = vmulq_n_u32(vidupq_n_u32(0, 1), next);
    for (int first = 0; first < Blocks * kBlock; first += kColumns) {
      std::int32_t sum[Rows][kColumns] = {};
      const std::size_t column = c + static_cast<std::size_t>(first);
      const std::int8_t* weight = g.weight + column * kDepthMultiple;
      const std::uint8_t* in = g.in + t * g.in_step;
      for (std::size_t left = g.depth / kDepthMultiple; left != 0;) {
        const mve_pred16_t there = vctp32q(static_cast<std::uint32_t>(left));
        int8x16_t x[Rows];
        for (int r = 0; r < Rows; ++r) {
          const uint8x16_t bytes = vldrbq_z_u8(in + static_cast<std::size_t>(r) * g.in_step, there);
          x[r] = vreinterpretq_s8_u8(veorq_u8(bytes, vdupq_n_u8(128)));
        }
        for (int i = 0; i < kColumns; ++i) {
          const int8x16_t w = vreinterpretq_s8_s32(vldrwq_gather_offset_z_s32(
              reinterpret_cast<const std::int32_t*>(weight + 4 * i), fours, there));
          for (int r = 0; r < Rows; ++r) sum[r][i] = vmladavaq_s8(sum[r][i], x[r], w);
        }
        in += kDepth, weight += kDepth / kDepthMultiple * next;
        left -= left < 4 ? left : 4;
      }
      for (int r = 0; r < Rows; ++r) {
        for (int i = 0; i < kColumns; ++i) total[r][first + i] = sum[r][i];
      }
    }
  }
};

}  // namespace
}  // namespace liteheart::edge
