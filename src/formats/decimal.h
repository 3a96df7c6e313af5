// Decimal numbers as people's programs write them, fast.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace liteheart {

/// Any number, slowly: Unicode minus and digits, grouping by blank, apostrophe or the mark that is
/// not the decimal one, quotes around it. `decimal` and `other` are both decimal marks; where both
/// occur, the last is. False where the cell is no finite number.
bool parse_any_number(std::string_view cell, char decimal, char other, double& value);

/// Reads a number from [at, end): sign, digits, decimal mark, exponent. Returns where it ends, or
/// nullptr where there is no number, or one too long for this fast path. Exactly rounded.
inline const char* take_decimal(const char* at, const char* end, char decimal, char other,
                                double& value) {
  constexpr std::array kPower = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  constexpr std::uint64_t kExact = std::uint64_t{1} << 53;
  constexpr int kMostDigits = 18, kMostExponent = 22;
  const bool negative = at != end && *at == '-';
  if (at != end && (*at == '-' || *at == '+')) ++at;
  std::uint64_t digits = 0;
  const char* const first = at;
  const auto is_digit = [&] { return at != end && *at >= '0' && *at <= '9'; };
  for (; is_digit(); ++at) digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
  std::int64_t count = at - first, fraction = 0;
  if (at != end && (*at == decimal || *at == other)) {
    const char* const mark = ++at;
    for (; is_digit(); ++at) digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
    fraction = at - mark;
    count += fraction;
  }
  if (count == 0 || count > kMostDigits || digits > kExact) return nullptr;
  std::int64_t exponent = -fraction;
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    const bool small = at != end && *at == '-';
    if (at != end && (*at == '-' || *at == '+')) ++at;
    const char* const begin = at;
    std::int64_t written = 0;
    for (; is_digit() && at - begin < 4; ++at) written = written * 10 + (*at - '0');
    if (at == begin) return nullptr;
    exponent += small ? -written : written;
  }
  if (exponent < -kMostExponent || exponent > kMostExponent) return nullptr;
  double magnitude = static_cast<double>(digits);
  if (exponent < 0) magnitude /= kPower[static_cast<std::size_t>(-exponent)];
  if (exponent > 0) magnitude *= kPower[static_cast<std::size_t>(exponent)];
  value = negative ? -magnitude : magnitude;
  return at;
}

/// Whether all of `cell` is a finite number; `value` is left alone if not.
inline bool parse_decimal(std::string_view cell, char decimal, char other, double& value) {
  const char* const end = cell.data() + cell.size();
  double taken = 0;
  if (!cell.empty() && take_decimal(cell.data(), end, decimal, other, taken) == end) {
    value = taken;
    return true;
  }
  return parse_any_number(cell, decimal, other, value);
}

}  // namespace liteheart
