// Polyphase resampling by a rational factor, as scipy.signal.resample_poly(x, up, down) does it by
// default: Kaiser-windowed sinc (beta 5, ten zero crossings a side), zero phase, zeros beyond the
// ends. Taps are computed one phase at a time, so a ratio of large terms costs no memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace liteheart::edge {

struct Ratio {
  std::int64_t up = 0, down = 0;  // without common factor; 0 / 0 where a rate is unusable
};
/// Both rates must lie in this range, Hz.
inline constexpr double kLowestRate = 1, kHighestRate = 100'000;
/// The larger of up and down is at most this.
inline constexpr std::int64_t kLargestTerm = 1'000'000;

/// The ratio of terms up to kLargestTerm that is nearest to target_hz / source_hz (in Python,
/// Fraction(lower rate / higher rate).limit_denominator(kLargestTerm)). It is off by a factor of at
/// most 1 +- 1 / (2 kLargestTerm), 0.3 ms in ten minutes; rates of few digits are met exactly.
Ratio nearest_ratio(double source_hz, double target_hz);

/// ceil(samples * up / down); the largest size_t if that is too large for one.
std::size_t resampled_samples(Ratio ratio, std::size_t samples);

/// Doubles of `taps` that resample needs.
std::size_t resample_taps(Ratio ratio);

/// Output `output`, below ratio.up, is the sum over `count` taps k of taps[k] times the input
/// sample first + k; output + n ratio.up that over those n ratio.down later.
struct ResamplePhase {
  std::int64_t first, count;
};
/// taps: [resample_taps]; gain: resample_gain(ratio), which takes a while.
ResamplePhase resample_phase(Ratio ratio, std::int64_t output, double gain, double* taps);
double resample_gain(Ratio ratio);
/// The low-pass that taps are taken from, at x zero crossings from its middle, less the gain; 0
/// from kZeroCrossings on.
double resample_prototype(double x);
inline constexpr std::int64_t kZeroCrossings = 10;

/// in: [samples], out: [resampled_samples]; Signal is double or Lanes4.
template <class Signal>
void resample(Ratio ratio, const Signal* in, std::size_t samples, double* taps, Signal* out);

}  // namespace liteheart::edge
