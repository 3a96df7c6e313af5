// Vectors of LITEHEART_LANES floats, of whatever instruction set the including file is compiled
// for; where that has none so long, the compiler takes several. What GCC 12 does a lane at a time,
// or in more steps than it takes, is written in the set's own functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#if defined(__AVX2__)
// GCC 12 takes what these functions leave undefined on purpose for a mistake.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#endif

#include "edge/quantize.h"

namespace liteheart::edge {
namespace {

constexpr int kLanes = LITEHEART_LANES;
using Vector = float __attribute__((vector_size(kLanes * sizeof(float))));
using Integers = int __attribute__((vector_size(kLanes * sizeof(int))));

inline Vector splat(float x) { return x - Vector{}; }

inline Vector load(const float* from) {
  Vector v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

inline void store(float* to, Vector v) { std::memcpy(to, &v, sizeof v); }

/// a where it is larger, else b.
inline Vector larger(Vector a, Vector b) {
#if defined(__AVX512F__) && LITEHEART_LANES == 16
  return _mm512_max_ps(a, b);
#else
  return a > b ? a : b;
#endif
}

/// a where it is smaller, else b.
inline Vector smaller(Vector a, Vector b) { return a < b ? a : b; }

/// kLanes bytes, as integers.
inline Integers load_bytes(const std::uint8_t* from) {
  std::uint8_t __attribute__((vector_size(kLanes))) b;
  std::memcpy(&b, from, sizeof b);
#if defined(__AVX512F__) && LITEHEART_LANES == 16
  return reinterpret_cast<Integers>(_mm512_cvtepu8_epi32(reinterpret_cast<__m128i>(b)));
#elif defined(__AVX2__) && LITEHEART_LANES == 8
  return reinterpret_cast<Integers>(
      _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(reinterpret_cast<long long>(b))));
#else
  return __builtin_convertvector(b, Integers);
#endif
}

/// The byte nearest to each, of two the even one; 0 or 255 for what is beyond.
inline void store_rounded(std::uint8_t* to, Vector y) {
  using Bytes = std::uint8_t __attribute__((vector_size(kLanes)));
#if defined(__AVX512F__) && LITEHEART_LANES == 16
  const __m512i whole = _mm512_cvtps_epi32(larger(y, Vector{}));
  const auto b = reinterpret_cast<Bytes>(_mm512_cvtusepi32_epi8(whole));
#else
  using Shorts = std::uint16_t __attribute__((vector_size(kLanes * sizeof(std::uint16_t))));
  const Vector r = smaller(larger(y, Vector{}), splat(255)) + splat(kRoundToWhole);
  Integers bits;
  std::memcpy(&bits, &r, sizeof bits);
  const Bytes b = __builtin_convertvector(__builtin_convertvector(bits, Shorts), Bytes);
#endif
  std::memcpy(to, &b, sizeof b);
}

}  // namespace
}  // namespace liteheart::edge
