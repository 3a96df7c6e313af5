// Four leads side by side in double precision, the unit that the conditioning kernels work on;
// a single lead is a plain double. Signals in this form are time-major: [time][lane].
#pragma once

#include <cstddef>

namespace liteheart::edge {

#if defined(__AVX__)
inline constexpr std::size_t kVectorBytes = 32;
#else
inline constexpr std::size_t kVectorBytes = 16;
#endif

struct Lanes4 {
  using Vector = double __attribute__((vector_size(kVectorBytes)));
  static constexpr std::size_t kVectors = 4 * sizeof(double) / kVectorBytes;
  Vector part[kVectors];
};

inline Lanes4 operator+(Lanes4 a, const Lanes4& b) {
  for (std::size_t i = 0; i < Lanes4::kVectors; ++i) a.part[i] += b.part[i];
  return a;
}
inline Lanes4 operator-(Lanes4 a, const Lanes4& b) {
  for (std::size_t i = 0; i < Lanes4::kVectors; ++i) a.part[i] -= b.part[i];
  return a;
}
inline Lanes4 operator*(double factor, Lanes4 a) {
  for (std::size_t i = 0; i < Lanes4::kVectors; ++i) a.part[i] *= factor;
  return a;
}

}  // namespace liteheart::edge
