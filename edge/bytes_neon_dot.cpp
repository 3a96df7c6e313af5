// 64-bit ARM with the dot products of ARMv8.2: four products and their sum at once.
#define LITEHEART_LANES 4
#include <arm_neon.h>

#include "edge/byte_gemm.h"
#include "edge/kernel_paths.h"

namespace liteheart::edge {
namespace {

struct Dot {
  using Part = int32x4_t;  // sums of four columns
  static constexpr int kParts = 4, kTogether = 4,
                       kLess = 128;  // a dot product takes two signed numbers
  static Part inputs(const std::uint8_t* from) {
    std::uint32_t four;
    std::memcpy(&four, from, sizeof four);
    return vreinterpretq_s32_u32(vdupq_n_u32(four ^ 0x80808080U));
  }
  static Part weights(const std::int8_t* from, int p) {
    return vreinterpretq_s32_s8(vld1q_s8(from + 16 * p));
  }
  static Part add(Part sums, Part x, Part w) {
    return vdotq_s32(sums, vreinterpretq_s8_s32(w), vreinterpretq_s8_s32(x));
  }
  template <int Parts>
  static void store(const Part* sums, std::int32_t* to) {
    for (int p = 0; p < Parts; ++p) vst1q_s32(to + 4 * p, sums[p]);
  }
};

}  // namespace

void neon_dot_byte_gemm(const ByteGemm& g) { byte_gemm<Dot, 4, 1>(g); }

}  // namespace liteheart::edge
