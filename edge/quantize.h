// Floats and the bytes that stand for them, and what else gives the same bits on every processor.
#pragma once

#include <cstdint>
#include <cstring>

namespace liteheart::edge {

/// Added to a float of 0..255, leaves the nearest whole number (of two, the even one) in its last
/// byte: 1.5 * 2^23.
inline constexpr float kRoundToWhole = 12582912.0F;

/// The byte nearest to `value`; inverse: 1 / scale.
inline std::uint8_t to_byte(float value, float inverse, std::uint8_t zero) {
  float r = value * inverse + static_cast<float>(zero);
  r = r > 0 ? r : 0;
  r = (r < 255 ? r : 255) + kRoundToWhole;
  std::uint32_t bits;
  std::memcpy(&bits, &r, sizeof bits);
  return static_cast<std::uint8_t>(bits);
}

inline float from_byte(std::uint8_t byte, float scale, std::uint8_t zero) {
  return static_cast<float>(byte - zero) * scale;
}

/// exp(x) = 2^(kLog2E x).
inline constexpr float kLog2E = 1.44269504F;
/// The lowest power of two that attention asks for; what is lower counts as this.
inline constexpr float kLowestPower = -126;
/// 2^r for r in -0.5..0.5 as a polynomial, its highest power first: the one of the fifth degree
/// whose largest relative error is smallest, 7.5e-8; in single precision it is 2.4e-7.
inline constexpr float kPowerOfTwo[] = {0.00132764713F, 0.00967554096F, 0.0555071309F,
                                        0.240221202F,   0.693146944F,   1.00000012F};

}  // namespace liteheart::edge
