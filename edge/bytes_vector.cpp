// 128-bit vectors: SSE2, NEON, WebAssembly's; products of 16-bit numbers where there are none of
// bytes. Cortex-M's instructions. Elsewhere the compiler's own.
#define LITEHEART_LANES 4
#include "edge/attention.h"
#include "edge/byte_gemm.h"
#include "edge/kernel_paths.h"

#if defined(__SSE2__) && !defined(__wasm__)
#include <immintrin.h>
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#elif defined(__ARM_FEATURE_MVE)
#include "edge/byte_sums_mve.h"
#elif defined(__ARM_FEATURE_DSP)
#include "edge/byte_sums_dsp.h"
#endif

namespace liteheart::edge {
namespace {

// A part holds two halves of the sums of two columns, side by side.
#if defined(__SSE2__) && !defined(__wasm__)

struct Words {
  static constexpr int kRows = 2, kLess = 0;
  using Part = __m128i;
  static constexpr int kParts = 8, kTogether = 4;
  static Part inputs(const std::uint8_t* from) {
    int four;
    std::memcpy(&four, from, sizeof four);
    return _mm_unpacklo_epi8(_mm_set1_epi32(four), _mm_setzero_si128());
  }
  static Part weights(const std::int8_t* from, int p) {
    const __m128i w = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + 8 * p));
    return _mm_srai_epi16(_mm_unpacklo_epi8(w, w), 8);
  }
  static Part add(Part sums, Part x, Part w) { return _mm_add_epi32(sums, _mm_madd_epi16(x, w)); }
  template <int Parts>
  static void store(const Part* sums, std::int32_t* to) {
    for (int p = 0; p < Parts; p += 2) {
      const __m128 a = _mm_castsi128_ps(sums[p]), b = _mm_castsi128_ps(sums[p + 1]);
      const __m128i even = _mm_castps_si128(_mm_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0)));
      const __m128i odd = _mm_castps_si128(_mm_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1)));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to + 2 * p), _mm_add_epi32(even, odd));
    }
  }
};

#elif defined(__ARM_NEON) && defined(__aarch64__)

struct Words {
  static constexpr int kRows = 2, kLess = 0;
  using Part = int32x4_t;
  using Inputs = int16x8_t;
  static constexpr int kParts = 8, kTogether = 8;
  static Inputs inputs(const std::uint8_t* from) {
    std::uint32_t four;
    std::memcpy(&four, from, sizeof four);
    return vreinterpretq_s16_u16(vmovl_u8(vreinterpret_u8_u32(vdup_n_u32(four))));
  }
  static Part weights(const std::int8_t* from, int p) {
    return vreinterpretq_s32_s16(vmovl_s8(vld1_s8(from + 8 * p)));
  }
  static Part add(Part sums, Inputs x, Part weights) {
    const int16x8_t w = vreinterpretq_s16_s32(weights);
    return vaddq_s32(sums,
                     vpaddq_s32(vmull_s16(vget_low_s16(x), vget_low_s16(w)), vmull_high_s16(x, w)));
  }
  template <int Parts>
  static void store(const Part* sums, std::int32_t* to) {
    for (int p = 0; p < Parts; p += 2) vst1q_s32(to + 2 * p, vpaddq_s32(sums[p], sums[p + 1]));
  }
};

#elif defined(__wasm_simd128__)

struct Words {
  static constexpr int kRows = 2, kLess = 0;
  using Part = v128_t;
  static constexpr int kParts = 8, kTogether = 4;
  static Part inputs(const std::uint8_t* from) {
    return wasm_u16x8_extend_low_u8x16(wasm_v128_load32_splat(from));
  }
  static Part weights(const std::int8_t* from, int p) { return wasm_i16x8_load8x8(from + 8 * p); }
  static Part add(Part sums, Part x, Part w) {
    return wasm_i32x4_add(sums, wasm_i32x4_dot_i16x8(x, w));
  }
  template <int Parts>
  static void store(const Part* sums, std::int32_t* to) {
    for (int p = 0; p < Parts; p += 2) {
      const v128_t even = wasm_i32x4_shuffle(sums[p], sums[p + 1], 0, 2, 4, 6),
                   odd = wasm_i32x4_shuffle(sums[p], sums[p + 1], 1, 3, 5, 7);
      wasm_v128_store(to + 2 * p, wasm_i32x4_add(even, odd));
    }
  }
};

#elif defined(__ARM_FEATURE_MVE) || defined(__ARM_FEATURE_DSP)

using Words = CortexM;

#else

struct Words {
  static constexpr int kRows = 2, kLess = 0;
  struct Part {
    std::int32_t of[4];  // sums of two columns; inputs and weights: four of each
  };
  static constexpr int kParts = 8, kTogether = 8;
  static Part inputs(const std::uint8_t* from) { return {{from[0], from[1], from[2], from[3]}}; }
  static Part weights(const std::int8_t* from, int p) {
    Part w;
    std::memcpy(w.of, from + 8 * p, 8);
    return w;
  }
  static Part add(Part sums, const Part& x, const Part& weights) {
    std::int8_t w[8];
    std::memcpy(w, weights.of, sizeof w);
    for (int k = 0; k < 4; ++k) {
      sums.of[0] += x.of[k] * w[k];
      sums.of[1] += x.of[k] * w[4 + k];
    }
    return sums;
  }
  template <int Parts>
  static void store(const Part* sums, std::int32_t* to) {
    for (int p = 0; p < Parts; ++p) to[2 * p] = sums[p].of[0], to[2 * p + 1] = sums[p].of[1];
  }
};

#endif

}  // namespace

void vector_byte_gemm(const ByteGemm& g) { byte_gemm<Words, Words::kRows, 1>(g); }
void vector_attention_exact(const Head& h) { attention<kPowerOfTwoInBytes>(h); }
void vector_to_bytes(const float* from, std::size_t count, const Elements& to) {
  to_bytes(from, count, to);
}

}  // namespace liteheart::edge
