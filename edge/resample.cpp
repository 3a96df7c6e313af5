#include "edge/resample.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "edge/lanes.h"

namespace liteheart::edge {
namespace {

constexpr double kPi = 3.14159265358979323846;

/// Kaiser window of beta 5, I0(beta sqrt(1 - t^2)), not yet normalized; t in -1..1.
double kaiser(double t) {
  // I0(x) = sum of (x^2 / 4)^k / k!^2; for x <= 5 the terms after the 16th are below 1e-15.
  constexpr int kTerms = 16;
  const double quarter_square = 6.25 * (1 - t * t);
  double sum = 1;
  for (int k = kTerms; k >= 1; --k) sum = 1 + sum * (quarter_square * (1.0 / (k * k)));
  return sum;
}

/// The prototype low-pass at x, in zero crossings from its middle; not for x = 0, where it is
/// kaiser(0).
double windowed_sinc(double x, double sin_pi_x) {
  return sin_pi_x / (kPi * x) * kaiser(x / kZeroCrossings);
}

/// Rounds towards minus infinity; b > 0.
std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0); }

template <class Signal>
Signal weighted_sum(const double* taps, const Signal* x, std::int64_t count) {
  Signal even{}, odd{};  // two chains of additions run side by side
  std::int64_t i = 0;
  for (; i + 1 < count; i += 2) {
    even = even + taps[i] * x[i];
    odd = odd + taps[i + 1] * x[i + 1];
  }
  if (i < count) even = even + taps[i] * x[i];
  return even + odd;
}

bool usable(double rate_hz) { return rate_hz >= kLowestRate && rate_hz <= kHighestRate; }

}  // namespace

double resample_prototype(double x) {
  if (std::fabs(x) >= kZeroCrossings) return 0;
  return x == 0 ? kaiser(0) : windowed_sinc(x, std::sin(kPi * x));
}

/// Factor that makes the prototype's gain 1 at 0 Hz. The sum over its taps, as a fraction of
/// max(up, down), changes by less than 1e-7 beyond a hundred taps a crossing.
double resample_gain(Ratio ratio) {
  const std::int64_t larger = std::max(ratio.up, ratio.down);
  const std::int64_t per_crossing = std::min<std::int64_t>(larger, 100);
  double sum = kaiser(0);
  for (std::int64_t k = 1; k <= kZeroCrossings * per_crossing; ++k) {
    const double x = static_cast<double>(k) / static_cast<double>(per_crossing);
    sum += 2 * windowed_sinc(x, std::sin(kPi * x));
  }
  const double taps_sum = sum * static_cast<double>(larger) / static_cast<double>(per_crossing);
  return static_cast<double>(ratio.up) / taps_sum;
}

/// Phase of output sample `output` < up, its taps times `gain`.
ResamplePhase resample_phase(Ratio ratio, std::int64_t output, double gain, double* taps) {
  const std::int64_t larger = std::max(ratio.up, ratio.down), half = kZeroCrossings * larger;
  const std::int64_t at = output * ratio.down;
  const std::int64_t first = -floor_div(half - at, ratio.up);
  const std::int64_t count = floor_div(at + half, ratio.up) - first + 1;

  // sin(pi x) is carried from tap to tap by rotation; integers keep its start exact.
  const std::int64_t start = at - first * ratio.up;
  const double unit = 1 / static_cast<double>(larger);
  const double start_angle = kPi * static_cast<double>(start % (2 * larger)) * unit;
  const double step_angle = kPi * static_cast<double>(ratio.up) * unit;
  const double step_sin = std::sin(step_angle), step_cos = std::cos(step_angle);
  double sin = std::sin(start_angle), cos = std::cos(start_angle);
  for (std::int64_t i = 0; i < count; ++i) {
    taps[i] = sin;
    const double next_sin = sin * step_cos - cos * step_sin;
    cos = cos * step_cos + sin * step_sin;
    sin = next_sin;
  }
  // The middle has its own line, so that the loop is free of branches and the compiler vectorizes
  // it.
  const double start_at = static_cast<double>(start), up = static_cast<double>(ratio.up);
  for (int i = 0; i < static_cast<int>(count); ++i)
    taps[i] = gain * windowed_sinc((start_at - i * up) * unit, taps[i]);
  if (start % ratio.up == 0) taps[start / ratio.up] = gain * kaiser(0);
  return {first, count};
}

Ratio nearest_ratio(double source_hz, double target_hz) {
  if (!usable(source_hz) || !usable(target_hz)) return {};
  // Continued fraction of smaller / larger, by Euclid's algorithm on the rates: fmod is exact.
  const double larger = std::max(source_hz, target_hz);
  double dividend = std::min(source_hz, target_hz), divisor = larger;
  std::int64_t p0 = 0, q0 = 1, p1 = 1, q1 = 0;  // the last two convergents p / q
  while (divisor > 0) {
    const double remainder = std::fmod(dividend, divisor);
    const double quotient = std::round((dividend - remainder) / divisor);
    if (static_cast<double>(q0) + quotient * static_cast<double>(q1) > kLargestTerm) {
      // The best fraction is the last convergent or the largest one between it and the next.
      const std::int64_t k = (kLargestTerm - q0) / q1;
      const std::int64_t p = p0 + k * p1, q = q0 + k * q1;
      if (2 * divisor * static_cast<double>(q) > larger) p1 = p, q1 = q;
      break;
    }
    const std::int64_t a = static_cast<std::int64_t>(quotient);
    const std::int64_t p2 = p0 + a * p1, q2 = q0 + a * q1;
    p0 = p1, q0 = q1, p1 = p2, q1 = q2;
    dividend = divisor, divisor = remainder;
  }
  return source_hz >= target_hz ? Ratio{p1, q1} : Ratio{q1, p1};
}

std::size_t resampled_samples(Ratio ratio, std::size_t samples) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::size_t>::max();
  const auto up = static_cast<std::uint64_t>(ratio.up),
             down = static_cast<std::uint64_t>(ratio.down);
  const std::uint64_t whole = samples / down, rest = (samples % down * up + down - 1) / down;
  if (whole > (kMost - rest) / up) return std::numeric_limits<std::size_t>::max();
  return static_cast<std::size_t>(whole * up + rest);
}

std::size_t resample_taps(Ratio ratio) {
  return static_cast<std::size_t>(2 * kZeroCrossings * std::max(ratio.up, ratio.down) / ratio.up +
                                  1);
}

template <class Signal>
void resample(Ratio ratio, const Signal* in, std::size_t samples, double* taps, Signal* out) {
  const auto inputs = static_cast<std::int64_t>(samples);
  const auto outputs = static_cast<std::int64_t>(resampled_samples(ratio, samples));
  const double gain = resample_gain(ratio);
  for (std::int64_t phase = 0; phase < std::min(ratio.up, outputs); ++phase) {
    auto [first, count] = resample_phase(ratio, phase, gain, taps);
    for (std::int64_t j = phase; j < outputs; j += ratio.up, first += ratio.down) {
      const std::int64_t from = std::max<std::int64_t>(0, -first);
      const std::int64_t to = std::min(count, inputs - first);
      out[j] = weighted_sum(taps + from, in + first + from, to - from);
    }
  }
}
template void resample(Ratio, const double*, std::size_t, double*, double*);
template void resample(Ratio, const Lanes4*, std::size_t, double*, Lanes4*);

}  // namespace liteheart::edge
