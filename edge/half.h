// Numbers in 16 bits, as IEEE 754 has them: 11 significant binary digits, up to 65504.
#pragma once

#include <cstdint>
#include <cstring>

namespace liteheart::edge {

inline float float_of_half(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16, exponent = half >> 10 & 31U,
                      digits = half & 0x3FFU;
  std::uint32_t bits = 0;
  if (exponent == 31) {
    bits = 0x7F800000U | digits << 13;
  } else if (exponent > 0) {
    bits = (exponent + 112) << 23 | digits << 13;
  } else {  // 2^-24 is the least
    const float value = static_cast<float>(digits) * 5.9604644775390625e-8F;
    std::memcpy(&bits, &value, sizeof bits);
  }
  bits |= sign;
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// The nearest; of two, the even one. Infinite from 65520 on.
inline std::uint16_t half_of_float(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000U);
  const std::uint32_t size = bits & 0x7FFFFFFFU;
  if (size > 0x7F800000U) return sign | 0x7E00U;
  if (size >= 0x477FF000U) return sign | 0x7C00U;
  const std::uint32_t exponent = size >> 23;
  // Digits below the last one that is kept, and those that are.
  std::uint32_t digits = size, drop = 13, offset = 112U << 10;
  if (exponent < 113) {  // below 2^-14 they end at 2^-24
    if (exponent < 102) return sign;
    digits = (size & 0x7FFFFFU) | 0x800000U;
    drop = 126 - exponent;
    offset = 0;
  }
  const std::uint32_t kept = digits >> drop, rest = digits & ((1U << drop) - 1),
                      half_way = 1U << (drop - 1);
  const std::uint32_t up = rest > half_way || (rest == half_way && (kept & 1U) != 0) ? 1 : 0;
  return static_cast<std::uint16_t>(sign | (kept + up - offset));
}

}  // namespace liteheart::edge
