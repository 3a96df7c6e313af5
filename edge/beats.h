// The beats of some of the twelve leads, and the most common one as the median over its
// occurrences. C++17, no exceptions, no heap: the caller brings the memory.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace liteheart::edge {

/// I, II, III, aVR, aVL, aVF, V1..V6, which are numbered in this order.
inline constexpr std::size_t kStandardLeads = 12;

/// Those of the twelve leads that are there, one after another or interleaved: sample t of the i-th
/// is value[i * lead_step + t * sample_step].
struct GivenLeads {
  const float* value = nullptr;
  const std::uint8_t* which = nullptr;  // [count], ascending, below kStandardLeads
  std::size_t count = 0, samples = 0;
  std::size_t lead_step = 0, sample_step = 1;  // floats from one to the next

  float at(std::size_t lead, std::size_t sample) const {
    return value[lead * lead_step + sample * sample_step];
  }
};

/// Given leads at a rate that is fine enough to measure at.
struct SampledLeads {
  const std::uint8_t* which = nullptr;
  std::size_t count = 0, samples = 0;
  double rate_hz = 0;
  float* value = nullptr;  // [count, samples]

  float* lead(std::size_t i) const { return value + i * samples; }
  /// Where among the given leads the one of this number is.
  std::optional<std::size_t> find(std::size_t number) const {
    for (std::size_t i = 0; i < count; ++i)
      if (which[i] == number) return i;
    return std::nullopt;
  }
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
  SampledLeads leads;  // the segment, at the rate of the median beat
  std::size_t count = 0;
  const std::size_t* centre = nullptr;  // of each QRS, ascending, where it is most like the typical
  const float* likeness = nullptr;  // correlation of that QRS with it; -1 within 56 ms of the ends
  MedianBeat median;                // of the whole ones that are alike
};

/// To either side of the centre of QRS, in seconds, where its width is measured.
inline constexpr double kWidthReach = 0.12;

/// The parts of a caller's memory in which beats are found, delineated and measured.
struct BeatMemory {
  /// For so many leads and samples at most, and a median beat from `before` seconds, 0.25 at least,
  /// before the centre of QRS on. memory: `bytes` of them, aligned to 8; or null, to learn how many
  /// that is.
  BeatMemory(std::size_t leads, std::size_t samples, double rate, double before, void* memory);

  std::size_t bytes = 0;  // 0 where no beats can be found: no leads or samples, a rate that is not
                          // within 50 Hz .. 10 kHz, or too many samples to be addressed
  double rate_hz, before_s;
  std::size_t factor = 0;         // from the rate to that of the beats
  double* scratch = nullptr;      // for each step anew: a given lead, the samples of the segment,
                                  // two median beats, or three numbers of each beat and one QRS
  double* kept = nullptr;         // of moving_mean, of up to 80 ms
  std::size_t* centre = nullptr;  // [beats]
  std::size_t* chosen = nullptr;  // [beats]
  float* segment = nullptr;       // [leads, samples of the segment]
  float* median = nullptr;        // [leads, samples of the longest median beat]
  float* likeness = nullptr;      // [beats]
  float* of_beats = nullptr;      // [beats]
  bool* whole = nullptr;          // [beats]
};

/// From this likeness on a QRS is like the typical one.
inline constexpr float kAlike = 0.85F;

/// The median beat lasts from memory.before_s before the centre of QRS to 240 ms before that of the
/// next beat, 250 to 750 ms. nullopt, never an error, where fewer than three whole beats are alike
/// or a value is not finite or beyond 1e6. What is found lies in the memory.
std::optional<Beats> find_beats(const GivenLeads& leads, const BeatMemory& memory);

/// Squared difference over 16 ms, summed over the leads; 0 within 8 ms of the ends. slope:
/// [samples].
void squared_slope(const SampledLeads& leads, double* slope);

/// Replaces x[i] by the mean over 2 * half + 1 samples, 0 within `half` of the ends. kept:
/// [half + 1].
void moving_mean(double* x, std::size_t samples, std::size_t half, double* kept);

}  // namespace liteheart::edge
