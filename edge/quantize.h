// Floats and the bytes that stand for them, and what else gives the same bits on every processor.
#pragma once

#include <cstdint>
#include <cstring>

namespace liteheart::edge {

/// Added to a float of 0..255, leaves the nearest whole number (of two, the even one) in its last
/// byte: 1.5 * 2^23.
inline constexpr float kRoundToWhole = 12582912.0F;

/// The byte nearest to r.
inline std::uint8_t nearest_byte(float r) {
  r = r > 0 ? r : 0;
  r = (r < 255 ? r : 255) + kRoundToWhole;
  std::uint32_t bits;
  std::memcpy(&bits, &r, sizeof bits);
  return static_cast<std::uint8_t>(bits);
}

/// The byte that stands for `value`; inverse: 1 / scale.
inline std::uint8_t to_byte(float value, float inverse, std::uint8_t zero) {
  return nearest_byte(value * inverse + static_cast<float>(zero));
}

inline float from_byte(std::uint8_t byte, float scale, std::uint8_t zero) {
  return static_cast<float>(byte - zero) * scale;
}

/// exp(x) = 2^(kLog2E x).
inline constexpr float kLog2E = 1.44269504F;
/// The lowest power of two that attention asks for; what is lower counts as this.
inline constexpr float kLowestPower = -126;
/// 2^r for r in -0.5..0.5 as a polynomial, its highest power first: of its degree the one whose
/// largest relative error is smallest. Among floats 2.4e-7, most of it their own rounding; among
/// bytes 7.5e-5, of which a step of 1/255 hides fifty.
inline constexpr float kPowerOfTwo[] = {0.00132764725F, 0.00967554096F, 0.0555071309F,
                                        0.240221202F,   0.693146944F,   1.00000012F};
inline constexpr float kPowerOfTwoInBytes[] = {0.0551716685F, 0.242611125F, 0.693260968F,
                                               0.999928057F};

}  // namespace liteheart::edge
