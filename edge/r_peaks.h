// R peaks of one lead as its samples come, and the statistics of the intervals between them. Memory
// of a fixed size, in the object; a few operations a sample.
//
// The lead is averaged down to about 125 Hz and band-passed to 12-25 Hz, where QRS stands out from
// P, T, drift and mains; where its energy over 100 ms peaks is a candidate. It is a beat if it
// reaches a threshold between what beats and what other candidates usually reach (after Pan and
// Tompkins, IEEE Trans. Biomed. Eng. 32, 1985: adaptive levels, T wave rule, search-back).
#pragma once

#include <cstddef>
#include <cstdint>

namespace liteheart::edge {

/// Samples beyond this, in mV, are taken as it.
inline constexpr float kLargestMv = 1e5F;

struct RPeak {
  std::int64_t sample = 0;  // the one nearest to the apex, counted from the first that was pushed
  double position = 0;      // of the apex, with its fraction
  float qrs_mv = 0;         // highest less lowest within 100 ms of the apex
  float prominence = 0;  // of its energy, as amplitude, over the least since the beat before: >= 1
  bool upright = true;   // whether the apex lies above the level around it
  double rr_s = 0;       // since the beat before; 0 of the first, and where samples are missing
};

/// Statistics of RR intervals. All are 0 where there are too few intervals for them.
struct RrStatistics {
  std::int64_t count = 0;                     // of intervals
  double rate_bpm = 0;                        // 60 / mean
  double mean_s = 0, median_s = 0, sd_s = 0;  // population s.d.
  double rmssd_s = 0;                         // of successive intervals' differences
  double shortest_s = 0, longest_s = 0;
};

class RrIntervals {
 public:
  /// rr_s: of an interval that follows the one before it, or stands alone.
  void add(double rr_s, bool follows);
  /// The median is of the last kRecent intervals, all else of all.
  RrStatistics statistics() const;
  static constexpr std::size_t kRecent = 128;

 private:
  std::int64_t count_ = 0, differences_ = 0;
  double sum_ = 0, squares_ = 0, difference_squares_ = 0, last_ = 0, shortest_ = 0, longest_ = 0;
  float recent_[kRecent] = {};
};

/// Sorts them. The mean of the middle two of an even number; count > 0.
float median(float* values, std::size_t count);
void sort_few(float* values, std::size_t count);

/// Second-order section, direct form II transposed.
struct Biquad {
  float b0 = 0, b1 = 0, b2 = 0, a1 = 0, a2 = 0;
  float z1 = 0, z2 = 0;
  float step(float x) {
    const float y = b0 * x + z1;
    z1 = b1 * x - a1 * y + z2;
    z2 = b2 * x - a2 * y;
    return y;
  }
  /// The state that x, held for ever, leaves behind.
  void hold(float x);
  /// Forgets what is too little to matter, before it is too small for a processor to be quick with.
  void settle();
};
/// Butterworth of order 2; 0 < edge_hz < rate_hz / 2.
Biquad low_pass(double edge_hz, double rate_hz);
Biquad high_pass(double edge_hz, double rate_hz);

class RPeaks {
 public:
  static constexpr double kLowestRate = 50, kHighestRate = 100'000;
  /// Whether R peaks can be found at this rate. At any other nothing is found.
  static bool takes(double rate_hz);
  explicit RPeaks(double rate_hz);

  /// Takes the next sample, in mV, NaN or infinite where it is missing. Returns how many peaks that
  /// has found, oldest first and after all before. A peak is found when 0.2 to 4 s have passed,
  /// usually 0.3 s; those of the first 3 s when these are over.
  std::size_t push(float mv);
  /// Ends the recording: finds what was still waiting. Nothing may be pushed afterwards.
  std::size_t finish();
  /// The i-th peak of those that the last push or finish has found.
  const RPeak& found(std::size_t i) const { return found_[i]; }

  /// Of all beats found so far; an interval over missing samples is none.
  RrStatistics rr() const { return rr_.statistics(); }
  std::int64_t beats() const { return beats_; }

  /// The samples averaged down, as the detector sees them: how many there are, how many of the
  /// lead's make one, how many a second, and the n-th, which must be among the last kHistory.
  std::int64_t averaged() const { return averaged_; }
  std::int64_t averaged_over() const { return factor_; }
  double averaged_hz() const { return hz_; }
  float averaged(std::int64_t n) const { return history_[place(n)]; }
  static constexpr std::int64_t kHistory = 1024;  // more than 5 s

 private:
  struct Candidate {
    std::int64_t at = 0;     // averaged sample
    float height = 0;        // root of the energy
    float least = 0;         // since the candidate before
    bool after_gap = false;  // samples are missing since the candidate before
  };
  /// The extremes around a candidate, and where they are, in averaged samples.
  struct Extremes {
    float above_mv = 0, below_mv = 0, qrs_mv = 0;
    double top = 0, bottom = 0;
  };
  static constexpr std::size_t kWaiting = 24, kUsual = 8, kMostEnergy = 32;
  static constexpr std::size_t place(std::int64_t n) {
    return static_cast<std::size_t>(n & (kHistory - 1));
  }

  void take(float x);
  void close_gap(float x);
  float add_energy(float power);
  void close_candidate();
  Extremes extremes(std::int64_t at) const;
  void learn();
  void decide(const Candidate& candidate);
  void search_back(std::int64_t until);
  void accept(const Candidate& candidate);
  void reject(const Candidate& candidate);
  void fade(std::int64_t now);
  float threshold() const;
  std::int64_t steps(double seconds) const;

  std::int64_t factor_ = 0;
  double hz_ = 0;
  float sum_ = 0, held_ = 0;
  std::int64_t summed_ = 0, missing_ = 0, averaged_ = 0;
  bool started_ = false, gap_ = false, learning_ = true;
  Biquad high_, low_;
  float history_[kHistory] = {};
  float energy_[kMostEnergy] = {}, energy_sum_ = 0;
  std::size_t energy_steps_ = 1, energy_next_ = 0;
  std::int64_t gap_samples_ = 0, learned_ = 0, refractory_ = 1, t_wave_ = 1, longest_rr_ = 1,
               latest_ = 1;

  float best_ = -1, least_ = -1;  // of the energy since the candidate before
  std::int64_t best_at_ = 0;
  bool candidate_gap_ = false;

  Candidate waiting_[kWaiting];  // while learning: all; later: those rejected since the last beat
  std::size_t waiting_count_ = 0;
  float usual_[kUsual] = {};  // heights of the last beats
  std::size_t usual_next_ = 0;
  float noise_ = 0;
  float rr_steps_[kUsual] = {};  // the last intervals
  std::size_t rr_count_ = 0;
  Candidate last_;          // beat
  std::int64_t faded_ = 0;  // when the usual height was last lowered
  double last_position_ = 0;
  bool have_last_ = false, last_rr_ = false, gap_since_last_ = false;
  float least_since_last_ = -1;
  float lean_ = 0;  // mV by which apexes usually rise above rather than sink below

  RPeak found_[kWaiting + 2];
  std::size_t found_count_ = 0;
  std::int64_t beats_ = 0;
  RrIntervals rr_;
};

/// Finds the R peaks of a whole lead. peaks: null, or [most] sample numbers. Returns how many were
/// found, though no more than `most` are written.
std::size_t find_r_peaks(const float* mv, std::size_t samples, double rate_hz, std::int64_t* peaks,
                         std::size_t most, RrStatistics* rr);

}  // namespace liteheart::edge
