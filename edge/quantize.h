// Floats and the bytes that stand for them, the same bits on every processor.
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

}  // namespace liteheart::edge
