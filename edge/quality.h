// Whether a lead can be judged: what is wrong with its samples, as they come, in memory of a fixed
// size. Every second is looked at for itself; the verdict is on all seconds or on the last ten.
#pragma once

#include <cstddef>
#include <cstdint>

#include "edge/r_peaks.h"

namespace liteheart::edge {

enum class Grade : std::uint8_t {
  kGood,
  kLimited,     // some findings cannot be judged: Quality::not_judged
  kUnreadable,  // none can
};
const char* grade_text(Grade grade);

/// Bits of Quality::faults.
enum Fault : std::uint32_t {
  kFlat = 1U << 0,       // no signal, or one that is stuck, almost all the time
  kLeadOff = 1U << 1,    // no signal at times, or mains of an open input
  kSaturated = 1U << 2,  // stuck at the highest or lowest value for a tenth of a second and more
  kClipped = 1U << 3,    // beats are cut off at one and the same value
  kMains = 1U << 4,      // 50 or 60 Hz; cannot be told where the rate is below 2.2 times that
  kWander = 1U << 5,     // of the baseline
  kMuscle = 1U << 6,     // noise of 25 Hz and more between beats
  kMotion = 1U << 7,     // swings far larger than beats
  kMissing = 1U << 8,    // samples
  kAmplitude = 1U << 9,  // beats below 0.1 or above 6 mV: another unit, or a bad contact
  kTooShort = 1U << 10,
  kNoBeats = 1U << 11,   // none, or nothing like beats in what was found
  kInverted = 1U << 12,  // P, QRS and T point down: the arm electrodes may be swapped
};
inline constexpr std::size_t kFaults = 13;
/// A word or two for the i-th bit; null beyond them.
const char* fault_text(std::size_t bit);

/// What findings rest on; bits of Quality::not_judged.
enum FindingGroup : std::uint32_t {
  kRhythm = 1U << 0,    // when beats come: rate, pauses, premature beats
  kAtrial = 1U << 1,    // P waves, flutter, fibrillation, the PR interval
  kQrsShape = 1U << 2,  // bundle branches, Q waves, pacing
  kStT = 1U << 3,       // ST level, T waves, QT
  kVoltage = 1U << 4,   // hypertrophy, low voltage
  kAxis = 1U << 5,      // of the heart
};
inline constexpr std::uint32_t kAllGroups = (1U << 6) - 1;
/// The groups that cannot be judged with these faults.
std::uint32_t groups_not_judged(std::uint32_t faults);

/// All is 0 where it could not be measured.
struct Quality {
  Grade grade = Grade::kUnreadable;
  std::uint32_t faults = 0, not_judged = kAllGroups;
  double seconds = 0, usable_seconds = 0;
  float missing = 0;         // share of the samples
  float mains_mv = 0;        // r.m.s. of 50 or 60 Hz
  bool mains_known = false;  // the rate is high enough to tell
  float wander_mv = 0;       // highest less lowest of the baseline within a second, mean
  float muscle_mv = 0;       // r.m.s. between beats from 25 Hz to 60 or less
  float qrs_mv = 0;          // highest less lowest within QRS, mean over like beats
  float range_mv = 0;        // highest less lowest sample
  float beats_alike = 0;     // share of the beats that resemble others
  float prominence = 0;      // of beats over what lies between, as amplitude, >= 1
  std::int64_t beats = 0;
  double rate_bpm = 0;
};

class SignalQuality {
 public:
  /// Rates as RPeaks takes them; at others everything is unreadable. upright: of a lead that, with
  /// electrodes in place, shows almost everyone's P, QRS and T above the baseline (I, II, V5, V6),
  /// so that kInverted means something.
  explicit SignalQuality(double rate_hz, bool upright = false);

  /// Takes the next sample, in mV, NaN or infinite where it is missing.
  void push(float mv);
  /// Ends the recording. Nothing may be pushed afterwards.
  void finish();

  /// Of all samples.
  Quality quality() const { return judge(all_); }
  /// Of the last kRecent whole seconds, for streams.
  Quality recent() const;
  static constexpr std::size_t kRecent = 10;

  /// Its detector, with the peaks that the last push or finish found.
  const RPeaks& peaks() const { return peaks_; }
  std::size_t found() const { return found_; }

 private:
  /// The highest or lowest value, and how often the lead came to it steeply and stayed for two
  /// samples or more, as if cut off there.
  struct Extreme {
    float value = 0;
    std::int32_t cuts = 0;
  };
  /// What some seconds add up to.
  struct Tally {
    std::int32_t seconds = 0, usable = 0;
    std::int32_t beats = 0, compared = 0, alike = 0, intervals = 0;
    std::int32_t with[kFaults] = {};
    std::int64_t samples = 0, missing = 0;
    double mains = 0, wander = 0, muscle = 0, qrs = 0, prominence = 0, rr = 0;
    Extreme top, bottom;
  };
  /// Powers of one frequency over one second.
  struct Goertzel {
    float turn = 0, through = 0;  // through: share of it that gets into muscle noise
    float s1 = 0, s2 = 0;
    void step(float x) {
      const float s = x + turn * s1 - s2;
      s2 = s1, s1 = s;
    }
    float rms(std::int64_t samples) const;
  };
  static constexpr std::int64_t kBeatSteps = 65, kBeatApex = 24, kQrsSteps = 17;  // of 10 ms
  struct BeatShape {
    float mv[kBeatSteps] = {};
    std::int32_t beats = 0;
  };
  static constexpr std::size_t kPending = 32, kBlocks = 16;

  void look_at(float x);
  void end_run();
  void count_stuck();
  void average(float x);
  void close_block();
  void close_second();
  void keep_beats();
  void compare_beats(bool all);
  void compare_beat(const RPeak& peak);
  void cut_beat(const RPeak& peak, float* mv) const;
  static void detrend_qrs(const float* beat, float* qrs);
  bool inverted() const;
  Quality judge(const Tally& tally) const;
  static void merge(const Tally& from, Tally& into);

  double rate_hz_ = 0;
  bool fits_ = false, upright_ = false, mains_known_ = false;
  RPeaks peaks_;
  std::size_t found_ = 0;
  std::int64_t second_ = 1, stuck_ = 1, seconds_ = 0;  // second_, stuck_: samples
  std::uint32_t whole_ = 0;  // the last seconds with signal throughout; the latest is bit 0

  // Of the second under way.
  std::int64_t in_second_ = 0;
  bool any_ = false;  // sample
  float first_ = 0;
  std::int64_t held_ = 0, railed_ = 0;
  Goertzel mains_[2];
  Tally now_;
  // Of the run of equal samples under way.
  float last_ = 0, before_run_ = 0;
  std::int64_t run_ = 0, run_in_second_ = 0;
  // Of the averaged samples.
  double level_sum_ = 0;
  std::int64_t level_blocks_ = 0;
  std::int64_t averaged_ = 0, block_ = 1, in_block_ = 0;
  Biquad noise_, baseline_[2];
  float base_low_ = 0, base_high_ = 0, swing_low_ = 0, swing_high_ = 0;
  bool averaging_ = false, swing_known_ = false;
  float block_power_ = 0, block_sum_ = 0, blocks_[kBlocks] = {};
  std::size_t block_count_ = 0;

  RPeak pending_[kPending];
  std::size_t pending_count_ = 0;
  BeatShape shapes_[2];
  float usual_qrs_ = 0;

  Tally all_, ring_[kRecent];
  std::int64_t ring_next_ = 0;
};

}  // namespace liteheart::edge
