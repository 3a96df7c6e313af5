#include "edge/bandpass.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

namespace liteheart::edge {
namespace {

constexpr double kPi = 3.14159265358979323846;

/// Magnitude of the whole cascade at a frequency.
double magnitude(const Bandpass& filter, double hz, double rate_hz) {
  const std::complex<double> back = std::polar(1.0, -2 * kPi * hz / rate_hz);
  std::complex<double> response = filter.gain;
  for (const Bandpass::Section& section : filter.sections)
    response *= (1.0 - back * back) / (1.0 + section.a1 * back + section.a2 * back * back);
  return std::abs(response);
}

std::vector<double> filtered(const Bandpass& filter, const std::vector<double>& in) {
  std::vector<double> padded(in.size() + 2 * kPadding);
  std::copy(in.begin(), in.end(), padded.begin() + kPadding);
  filter_zero_phase(filter, padded.data(), in.size());
  std::vector<double> out(padded.begin() + kPadding, padded.end() - kPadding);
  for (double& value : out) value *= filter.gain * filter.gain;
  return out;
}

struct Band {
  double low, high, rate;
};
constexpr Band kBands[] = {{1, 47, 100},   {1, 47, 500},         {0.5, 40, 128},
                           {20, 21, 1000}, {0.05, 150, 513.625}, {5, 49.9, 100}};

TEST(Bandpass, HasButterworthsMagnitude) {
  for (const auto& [low, high, rate] : kBands) {
    const Bandpass filter = design_bandpass(low, high, rate);
    const double a = std::tan(kPi * low / rate), b = std::tan(kPi * high / rate);
    for (double share = 0.001; share < 1; share += 0.013) {
      const double hz = share * rate / 2, w = std::tan(kPi * hz / rate);
      const double expected = 1 / std::sqrt(1 + std::pow((w * w - a * b) / (w * (b - a)), 6));
      EXPECT_NEAR(magnitude(filter, hz, rate), expected, 1e-9)
          << low << "-" << high << " at " << hz;
    }
  }
}

TEST(Bandpass, IsStable) {
  for (const auto& [low, high, rate] : kBands)
    for (const auto& [a1, a2] : design_bandpass(low, high, rate).sections) {
      EXPECT_LT(std::abs(a2), 1);
      EXPECT_LT(std::abs(a1), 1 + a2);
    }
}

TEST(Bandpass, SwallowsAConstantFromTheFirstSampleOn) {
  for (double value : filtered(design_bandpass(1, 47, 500), std::vector<double>(100, 330.7)))
    EXPECT_EQ(value, 0);
}

TEST(Bandpass, LeavesASineInThePassBandInPlace) {
  const Bandpass filter = design_bandpass(1, 47, 500);
  std::vector<double> sine(10000);
  for (std::size_t i = 0; i < sine.size(); ++i)
    sine[i] = std::sin(2 * kPi * 10 * static_cast<double>(i) / 500 + 0.3);
  const std::vector<double> out = filtered(filter, sine);
  const double gain = std::pow(magnitude(filter, 10, 500), 2);
  for (std::size_t i = 4000; i < 6000; ++i) ASSERT_NEAR(out[i], gain * sine[i], 1e-6);
}

TEST(Bandpass, KeepsASymmetricWaveSymmetric) {
  std::vector<double> wave(10001);
  for (std::size_t i = 0; i < wave.size(); ++i) {
    const double t = (static_cast<double>(i) - 5000) / 500;
    wave[i] = std::exp(-t * t / (2 * 0.02 * 0.02));
  }
  const std::vector<double> out = filtered(design_bandpass(1, 47, 500), wave);
  EXPECT_GT(out[5000], 0.5);
  for (std::size_t i = 0; i <= 5000; ++i) ASSERT_NEAR(out[5000 - i], out[5000 + i], 1e-9);
}

}  // namespace
}  // namespace liteheart::edge
