// The beats of a 12-lead segment, and the most common one as the median over its occurrences.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "ecg/leads.h"

namespace liteheart {

struct SampledLeads {
  std::size_t samples = 0;
  double rate_hz = 0;
  std::vector<float> value;  // [12, samples]

  const float* lead(std::size_t i) const { return value.data() + i * samples; }
  std::size_t steps(double seconds) const {
    return static_cast<std::size_t>(std::lround(seconds * rate_hz));
  }
};

struct MedianBeat {
  SampledLeads leads;  // at the first multiple of the segment's rate from 500 Hz on, in its unit
  std::size_t centre = 0;  // sample of the steepest part of QRS
  double rr_s = 0;         // median RR interval of all beats
};

struct Beats {
  SampledLeads leads;               // the segment, at the rate of the median beat
  std::vector<std::size_t> centre;  // of each QRS, ascending, where it is most like the typical one
  std::vector<float> likeness;      // correlation of that QRS with it; -1 within 56 ms of the ends
  MedianBeat median;                // of the whole ones that are alike
};

/// From this likeness on a QRS is like the typical one.
inline constexpr float kAlike = 0.85F;

/// leads: [12, samples], of which the first `valid` samples hold signal. The median beat lasts from
/// `before_s` before the centre of QRS to 240 ms before that of the next beat, 250 to 750 ms.
/// nullopt, never an error, where fewer than three whole beats are alike, a value is not finite or
/// beyond 1e6, the span does not fit or the rate is outside 50 Hz .. 10 kHz.
std::optional<Beats> find_beats(std::span<const float> leads, std::size_t samples,
                                std::size_t valid, double rate_hz, double before_s = 0.25);

/// Squared difference over 16 ms, summed over the leads: [samples]; 0 within 8 ms of the ends.
std::vector<double> squared_slope(const SampledLeads& leads);

/// Mean over 2 * half + 1 samples; 0 within `half` of the ends.
std::vector<double> moving_mean(std::span<const double> x, std::size_t half);

}  // namespace liteheart
