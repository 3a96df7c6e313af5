// Faults of five strengths that are put on a lead at 500 Hz, for measuring the quality gate.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <span>
#include <vector>

#include "data/random.h"
#include "edge/quality.h"
#include "edge/resample.h"

namespace liteheart::test {

using Samples = std::vector<float>;

/// Resampled and rounded to 1 uV, as a device would give it.
inline Samples at_500_hz(std::span<const float> mv, double rate_hz) {
  const edge::Ratio ratio = edge::nearest_ratio(rate_hz, 500);
  if (ratio.up == ratio.down) return {mv.begin(), mv.end()};
  const std::vector<double> in(mv.begin(), mv.end());
  std::vector<double> out(edge::resampled_samples(ratio, in.size())),
      taps(edge::resample_taps(ratio));
  edge::resample(ratio, in.data(), in.size(), taps.data(), out.data());
  Samples quantized;
  for (const double x : out) quantized.push_back(static_cast<float>(std::round(x * 1000) / 1000));
  return quantized;
}

/// The median.
inline double level_of(const Samples& mv) {
  Samples sorted = mv;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(mv.size() / 2),
                   sorted.end());
  return static_cast<double>(sorted[mv.size() / 2]);
}

/// Noise of r.m.s. 1 between the two frequencies.
inline Samples band_noise(std::size_t samples, double low_hz, double high_hz, Random& random) {
  edge::Biquad high = edge::high_pass(low_hz, 500), low = edge::low_pass(high_hz, 500);
  Samples out(samples);
  double squares = 0;
  for (float& x : out) {
    x = low.step(high.step(static_cast<float>(random.normal())));
    squares += static_cast<double>(x) * static_cast<double>(x);
  }
  const auto factor = static_cast<float>(1 / std::sqrt(squares / static_cast<double>(samples)));
  for (float& x : out) x *= factor;
  return out;
}

struct Degradation {
  const char* fault;
  const char* unit;
  std::array<double, 5> strengths;
  std::uint32_t expected;  // edge::Fault bits, any of which names it
  std::function<void(Samples&, double, Random&)> apply;
};

/// Sets `share` of the samples, in bursts of `seconds`, by call of set(i).
inline void in_bursts(std::size_t samples, double share, double seconds, Random& random,
                      const std::function<void(std::size_t)>& set) {
  const auto burst = static_cast<std::size_t>(seconds * 500);
  for (std::size_t first = 0; first < samples; first += burst)
    if (random.uniform() < share)
      for (std::size_t i = first; i < std::min(first + burst, samples); ++i) set(i);
}

inline std::vector<Degradation> degradations() {
  constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
  const auto sine = [](std::size_t i, double hz) {
    return static_cast<float>(std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / 500));
  };
  return {
      {"flat from the end",
       "share of time",
       {0.1, 0.3, 0.5, 0.8, 1},
       edge::kFlat | edge::kLeadOff,
       [](Samples& x, double s, Random&) {
         const auto from = static_cast<std::size_t>((1 - s) * static_cast<double>(x.size()));
         std::fill(x.begin() + static_cast<std::ptrdiff_t>(from), x.end(), 0.0F);
       }},
      {"open input, 2 mV of 50 Hz",
       "share of time",
       {0.1, 0.2, 0.4, 0.6, 0.8},
       edge::kLeadOff,
       [=](Samples& x, double s, Random&) {
         const auto from = static_cast<std::size_t>((1 - s) * static_cast<double>(x.size()));
         for (std::size_t i = from; i < x.size(); ++i)
           x[i] = 2 * std::numbers::sqrt2_v<float> * sine(i, 50);
       }},
      {"saturated at 5 mV, bursts of 0.5 s",
       "share of time",
       {0.05, 0.1, 0.2, 0.4, 0.8},
       edge::kSaturated,
       [](Samples& x, double s, Random& random) {
         in_bursts(x.size(), s, 0.5, random, [&](std::size_t i) { x[i] = 5; });
       }},
      {"clipped",
       "share of the highest beat that is left",
       {0.9, 0.75, 0.6, 0.4, 0.2},
       edge::kClipped,
       [](Samples& x, double s, Random&) {
         const auto level = static_cast<float>(level_of(x));
         float highest = 0;
         for (const float v : x) highest = std::max(highest, std::fabs(v - level));
         const float limit = static_cast<float>(s) * highest;
         for (float& v : x) v = std::clamp(v, level - limit, level + limit);
       }},
      {"mains, 50 Hz",
       "mV r.m.s.",
       {0.02, 0.05, 0.1, 0.3, 1},
       edge::kMains,
       [=](Samples& x, double s, Random&) {
         for (std::size_t i = 0; i < x.size(); ++i)
           x[i] += static_cast<float>(s * std::numbers::sqrt2) * sine(i, 50);
       }},
      {"mains, 60 Hz",
       "mV r.m.s.",
       {0.02, 0.05, 0.1, 0.3, 1},
       edge::kMains,
       [=](Samples& x, double s, Random&) {
         for (std::size_t i = 0; i < x.size(); ++i)
           x[i] += static_cast<float>(s * std::numbers::sqrt2) * sine(i, 60);
       }},
      {"wander, 0.3 Hz",
       "mV peak to peak",
       {0.2, 0.5, 1, 2, 5},
       edge::kWander | edge::kMotion,
       [=](Samples& x, double s, Random&) {
         for (std::size_t i = 0; i < x.size(); ++i)
           x[i] += static_cast<float>(s / 2) * sine(i, 0.3);
       }},
      {"muscle noise, 20-120 Hz",
       "mV r.m.s.",
       {0.02, 0.05, 0.1, 0.3, 1},
       edge::kMuscle | edge::kNoBeats,
       [](Samples& x, double s, Random& random) {
         const Samples noise = band_noise(x.size(), 20, 120, random);
         for (std::size_t i = 0; i < x.size(); ++i) x[i] += static_cast<float>(s) * noise[i];
       }},
      {"motion, 1-8 Hz",
       "mV r.m.s.",
       {0.1, 0.3, 0.6, 1, 3},
       edge::kMotion | edge::kNoBeats | edge::kWander,
       [](Samples& x, double s, Random& random) {
         const Samples noise = band_noise(x.size(), 1, 8, random);
         for (std::size_t i = 0; i < x.size(); ++i) x[i] += static_cast<float>(s) * noise[i];
       }},
      {"missing, bursts of 0.2 s",
       "share of time",
       {0.01, 0.03, 0.1, 0.3, 0.7},
       edge::kMissing,
       [=](Samples& x, double s, Random& random) {
         in_bursts(x.size(), s, 0.2, random, [&](std::size_t i) { x[i] = kMissing; });
       }},
      {"unit too large by",
       "",
       {3, 10, 30, 100, 1000},
       edge::kAmplitude,
       [](Samples& x, double s, Random&) {
         for (float& v : x) v *= static_cast<float>(s);
       }},
      {"unit too small by",
       "",
       {3, 10, 30, 100, 1000},
       edge::kAmplitude | edge::kFlat,
       [](Samples& x, double s, Random&) {
         for (float& v : x) v /= static_cast<float>(s);
       }},
      {"cut to",
       "s",
       {8, 5, 4, 2, 1},
       edge::kTooShort,
       [](Samples& x, double s, Random&) { x.resize(static_cast<std::size_t>(500 * s)); }},
      {"upside down",
       "",
       {1, 1, 1, 1, 1},
       edge::kInverted,
       [](Samples& x, double, Random&) {
         for (float& v : x) v = -v;
       }},
  };
}

}  // namespace liteheart::test
