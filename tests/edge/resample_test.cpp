#include "edge/resample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "edge/lanes.h"

namespace liteheart::edge {
namespace {

constexpr double kPi = 3.14159265358979323846;

std::vector<double> noise(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(count);
  for (double& value : values) value = normal(random);
  return values;
}

std::vector<double> resampled(Ratio ratio, const std::vector<double>& in) {
  std::vector<double> out(resampled_samples(ratio, in.size())), taps(resample_taps(ratio));
  resample(ratio, in.data(), in.size(), taps.data(), out.data());
  return out;
}

/// The definition: insert zeros, convolve with every tap of the Kaiser-windowed sinc, keep each
/// down-th sample.
std::vector<double> by_definition(Ratio ratio, const std::vector<double>& in) {
  const auto larger = static_cast<double>(std::max(ratio.up, ratio.down));
  const std::int64_t half = 10 * std::max(ratio.up, ratio.down);
  std::vector<double> taps;
  for (std::int64_t k = -half; k <= half; ++k) {
    const double x = static_cast<double>(k) / larger, t = x / 10;
    const double sinc = k == 0 ? 1 : std::sin(kPi * x) / (kPi * x);
    taps.push_back(sinc * std::cyl_bessel_i(0.0, 5.0 * std::sqrt(1 - t * t)));
  }
  const double gain =
      static_cast<double>(ratio.up) / std::accumulate(taps.begin(), taps.end(), 0.0);
  std::vector<double> out;
  const auto samples = static_cast<std::int64_t>(in.size());
  for (std::int64_t at = 0; at < samples * ratio.up; at += ratio.down) {
    double sum = 0;
    for (std::int64_t m = 0; m < samples; ++m) {
      const std::int64_t tap = at - m * ratio.up + half;
      if (tap >= 0 && tap <= 2 * half)
        sum += taps[static_cast<std::size_t>(tap)] * in[static_cast<std::size_t>(m)];
    }
    out.push_back(gain * sum);
  }
  return out;
}

void expect_ratio(double source_hz, double target_hz, std::int64_t up, std::int64_t down) {
  const Ratio ratio = nearest_ratio(source_hz, target_hz);
  EXPECT_EQ(ratio.up, up) << source_hz << " -> " << target_hz;
  EXPECT_EQ(ratio.down, down) << source_hz << " -> " << target_hz;
}

TEST(Ratio, IsExactForRatesOfFewDigits) {
  expect_ratio(100, 100, 1, 1);
  expect_ratio(500, 100, 1, 5);
  expect_ratio(100, 500, 5, 1);
  expect_ratio(300, 500, 5, 3);
  expect_ratio(1000, 500, 1, 2);
  expect_ratio(513.6, 100, 125, 642);
  expect_ratio(513.625, 100, 800, 4109);
  expect_ratio(512.508, 100, 25000, 128127);
  expect_ratio(1, 100'000, 100'000, 1);
}

TEST(Ratio, TakesTheNearestOfBoundedTermsWhereNoneIsExact) {
  // (Fraction(100) / Fraction(100 * math.pi)).limit_denominator(10**6) in Python, and so on.
  expect_ratio(100 * kPi, 100, 265381, 833719);
  expect_ratio(511.98765, 100, 139919, 716368);
  expect_ratio(100, 511.98765, 716368, 139919);
  // The nearest of all lies on one side of 1, then on the other.
  expect_ratio(100.00003, 100, 1, 1);
  expect_ratio(100.00007, 100, 999'999, 1'000'000);
}

TEST(Ratio, DriftsLessThanHalfAMillisecondInTenMinutes) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> log_rate(0, 5);
  for (int i = 0; i < 20000; ++i) {
    const double source_hz = std::pow(10, log_rate(random));
    // Half of them close to a small fraction, where bounded terms fit worst.
    const double target_hz =
        i % 2 ? std::pow(10, log_rate(random))
              : std::min(1e5, source_hz * (1 + std::pow(10, -3 - log_rate(random))));
    const Ratio ratio = nearest_ratio(source_hz, target_hz);
    EXPECT_LE(std::max(ratio.up, ratio.down), kLargestTerm);
    EXPECT_EQ(std::gcd(ratio.up, ratio.down), 1);
    const long double exact = static_cast<long double>(target_hz) / source_hz;
    const long double taken =
        static_cast<long double>(ratio.up) / static_cast<long double>(ratio.down);
    EXPECT_LT(std::fabs(taken / exact - 1) * 600, 0.0005L) << source_hz << " -> " << target_hz;
  }
}

TEST(Ratio, RefusesAbsurdRates) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (double bad : {0.0, -500.0, 0.99, 100'001.0, infinity, -infinity, std::nan("")}) {
    EXPECT_EQ(nearest_ratio(bad, 100).up, 0) << bad;
    EXPECT_EQ(nearest_ratio(100, bad).up, 0) << bad;
  }
}

TEST(Resample, LengthIsRoundedUp) {
  EXPECT_EQ(resampled_samples({1, 5}, 5000), 1000u);
  EXPECT_EQ(resampled_samples({1, 5}, 5001), 1001u);
  EXPECT_EQ(resampled_samples({5, 1}, 7), 35u);
  EXPECT_EQ(resampled_samples({125, 642}, 5136), 1000u);
  EXPECT_EQ(resampled_samples({125, 642}, 1), 1u);
  EXPECT_EQ(resampled_samples({125, 642}, 0), 0u);
}

TEST(Resample, LengthSaturatesInsteadOfOverflowing) {
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  EXPECT_EQ(resampled_samples({5, 1}, kMost), kMost);
  EXPECT_EQ(resampled_samples({1, 1}, kMost), kMost);
  EXPECT_EQ(resampled_samples({1, 2}, kMost), kMost / 2 + 1);
}

TEST(Resample, IsConvolutionWithTheKaiserWindowedSinc) {
  for (Ratio ratio :
       {Ratio{1, 5}, {5, 1}, {3, 7}, {7, 3}, {1, 3}, {125, 642}, {160, 147}, {441, 80}})
    for (std::size_t samples : {1u, 2u, 3u, 10u, 61u, 400u}) {
      const std::vector<double> in = noise(samples, 7), out = resampled(ratio, in);
      const std::vector<double> expected = by_definition(ratio, in);
      ASSERT_EQ(out.size(), expected.size());
      // The gain of a ratio of large terms comes from a shorter sum (see unit_gain).
      const double tolerance = std::max(ratio.up, ratio.down) <= 100 ? 1e-12 : 1e-6;
      for (std::size_t i = 0; i < out.size(); ++i)
        ASSERT_NEAR(out[i], expected[i], tolerance)
            << ratio.up << "/" << ratio.down << ", " << samples << " samples, at " << i;
    }
}

TEST(Resample, KeepsTimeOfASineAtMeasuredRates) {
  for (double source_hz : {513.6, 513.625, 512.508, 100 * kPi, 99.9}) {
    std::vector<double> sine(static_cast<std::size_t>(60 * source_hz));
    for (std::size_t i = 0; i < sine.size(); ++i)
      sine[i] = std::sin(2 * kPi * 5 * static_cast<double>(i) / source_hz);
    const std::vector<double> out = resampled(nearest_ratio(source_hz, 100), sine);
    for (std::size_t j = 50; j + 50 < out.size(); ++j)
      ASSERT_NEAR(out[j], std::sin(2 * kPi * 5 * static_cast<double>(j) / 100), 2e-3)
          << source_hz << " Hz, sample " << j;
  }
}

TEST(Resample, FourLanesAreFourSignals) {
  const Ratio ratio{125, 642};
  std::vector<Lanes4> in(3000), out(resampled_samples(ratio, in.size()));
  std::vector<double> taps(resample_taps(ratio));
  std::vector<std::vector<double>> signals;
  for (unsigned lane = 0; lane < 4; ++lane) {
    signals.push_back(noise(in.size(), lane));
    for (std::size_t i = 0; i < in.size(); ++i)
      reinterpret_cast<double*>(&in[i])[lane] = signals[lane][i];
  }
  resample(ratio, in.data(), in.size(), taps.data(), out.data());
  for (unsigned lane = 0; lane < 4; ++lane) {
    const std::vector<double> expected = resampled(ratio, signals[lane]);
    for (std::size_t i = 0; i < out.size(); ++i)
      ASSERT_NEAR(reinterpret_cast<const double*>(&out[i])[lane], expected[i], 1e-12);
  }
}

}  // namespace
}  // namespace liteheart::edge
