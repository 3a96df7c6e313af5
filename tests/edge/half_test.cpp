// Half precision against a search for the nearest of all halves.
#include "edge/half.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace liteheart::edge {
namespace {

constexpr std::uint16_t kSign = 0x8000, kInfinite = 0x7C00;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Of a half that is not negative and finite: significant digits times a power of two.
double value_of(int half) {
  const int exponent = half / 1024, digits = half % 1024;
  return exponent == 0 ? std::ldexp(digits, -24) : std::ldexp(1024 + digits, exponent - 25);
}

/// All finite halves from 0 on, ascending, and what would come next: from half way there it is
/// infinite.
const std::vector<double>& halves() {
  static const std::vector<double> all = [] {
    std::vector<double> values;
    for (int half = 0; half < kInfinite; ++half) values.push_back(value_of(half));
    values.push_back(65536);
    return values;
  }();
  return all;
}

/// Half of a number that is not NaN.
std::uint16_t nearest(float x) {
  const auto sign = static_cast<std::uint16_t>(std::signbit(x) ? kSign : 0);
  const double size = std::min(std::abs(static_cast<double>(x)), 65536.0);
  const auto not_below = std::ranges::lower_bound(halves(), size);
  auto half = static_cast<std::uint16_t>(not_below - halves().begin());
  if (half > 0) {
    const double down = size - *(not_below - 1), up = *not_below - size;
    if (down < up || (down == up && half % 2 != 0)) --half;
  }
  return sign | half;
}

TEST(Half, is_what_its_bits_say) {
  for (int half = 0; half < kInfinite; ++half) {
    const auto bits = static_cast<std::uint16_t>(half);
    ASSERT_EQ(float_of_half(bits), value_of(half)) << half;
    ASSERT_EQ(float_of_half(bits | kSign), -value_of(half)) << half;
  }
  EXPECT_TRUE(std::signbit(float_of_half(kSign)));
  EXPECT_EQ(float_of_half(kInfinite), kInfinity);
  EXPECT_EQ(float_of_half(kInfinite | kSign), -kInfinity);
}

TEST(Half, comes_back_from_float_as_it_was) {
  for (int half = 0; half < 65536; ++half) {
    const auto bits = static_cast<std::uint16_t>(half);
    const float x = float_of_half(bits);
    if ((bits & ~kSign) > kInfinite) {
      ASSERT_TRUE(std::isnan(x)) << half;
      ASSERT_TRUE(std::isnan(float_of_half(half_of_float(x)))) << half;
    } else {
      ASSERT_EQ(half_of_float(x), bits);
    }
  }
}

TEST(Half, is_the_nearest_of_any_float) {
  std::mt19937 random(1);
  for (int i = 0; i < 1'000'000; ++i) {
    const auto x = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (std::isnan(x)) continue;
    ASSERT_EQ(half_of_float(x), nearest(x)) << x;
  }
}

TEST(Half, is_the_nearest_around_every_half_and_every_middle_between_two) {
  for (int half = 0; half < kInfinite; ++half) {
    const std::size_t i = static_cast<std::size_t>(half);
    for (const double exact : {halves()[i], (halves()[i] + halves()[i + 1]) / 2}) {
      const auto x = static_cast<float>(exact);
      ASSERT_EQ(x, exact);
      for (const float near : {std::nextafter(x, 0.0F), x, std::nextafter(x, kInfinity)}) {
        ASSERT_EQ(half_of_float(near), nearest(near)) << near;
        ASSERT_EQ(half_of_float(-near), nearest(-near)) << -near;
      }
    }
  }
}

TEST(Half, ends_in_zero_and_in_infinity) {
  EXPECT_EQ(half_of_float(0.0F), 0);
  EXPECT_EQ(half_of_float(-0.0F), kSign);
  EXPECT_EQ(half_of_float(0x1p-25F), 0);
  EXPECT_EQ(half_of_float(std::nextafter(0x1p-25F, 1.0F)), 1);
  EXPECT_EQ(half_of_float(0x3p-25F), 2);
  EXPECT_EQ(half_of_float(-std::numeric_limits<float>::denorm_min()), kSign);
  EXPECT_EQ(half_of_float(65504), kInfinite - 1);
  EXPECT_EQ(half_of_float(std::nextafter(65520.0F, 0.0F)), kInfinite - 1);
  EXPECT_EQ(half_of_float(65520), kInfinite);
  EXPECT_EQ(half_of_float(-std::numeric_limits<float>::max()), kSign | kInfinite);
  EXPECT_EQ(half_of_float(-kInfinity), kSign | kInfinite);
  for (const std::uint32_t nan : {0x7FC00000U, 0x7F800001U, 0xFF800001U, 0xFFFFFFFFU})
    EXPECT_TRUE(std::isnan(float_of_half(half_of_float(std::bit_cast<float>(nan))))) << nan;
}

}  // namespace
}  // namespace liteheart::edge
