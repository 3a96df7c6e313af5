#include "edge/quality.h"

#include <algorithm>
#include <cmath>

namespace liteheart::edge {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kMainsHz[2] = {50, 60};
constexpr float kFlatMv = 0.01F;  // a second that varies less has no signal
constexpr float kRailMv = 0.5F;   // at least so far from the usual level
constexpr double kStuck = 0.1;    // s at one value
constexpr float kMainsMv = 0.05F, kOpenInputMv = 1.5F, kWanderMv = 0.3F, kMuscleMv = 0.025F;
constexpr float kSwingMv = 3, kSwing = 3;  // at least, and in usual beats
// Of lead I of PTB-XL a thousandth lies below 0.19 mV and a thousandth above 2.4; chest leads
// reach 6.
constexpr float kLowestQrsMv = 0.1F, kHighestQrsMv = 6;
constexpr double kShortest = 2, kShort = 5;  // s: not to be judged, and not all of it
constexpr float kAlike = 0.94F;
constexpr float kLeastAlike = 0.6F;
constexpr float kSteep = 0.01F;      // of the range, from one sample to the next
constexpr double kMainsRate = 2.2;   // of the frequency, at least, to tell it
constexpr double kAfterApex = 0.41;  // s that a beat's shape takes after the apex

const char* const kFaultTexts[kFaults] = {
    "flat",   "lead off", "saturated", "clipped",   "mains",    "baseline wander", "muscle noise",
    "motion", "missing",  "amplitude", "too short", "no beats", "inverted"};

std::size_t bit_of(Fault fault) {
  std::size_t bit = 0;
  while ((static_cast<std::uint32_t>(fault) >> bit) > 1) ++bit;
  return bit;
}

float correlation(const float* a, const float* b, std::int64_t count) {
  float mean_a = 0, mean_b = 0;
  for (std::int64_t i = 0; i < count; ++i) mean_a += a[i], mean_b += b[i];
  mean_a /= static_cast<float>(count), mean_b /= static_cast<float>(count);
  float aa = 0, bb = 0, ab = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const float x = a[i] - mean_a, y = b[i] - mean_b;
    aa += x * x, bb += y * y, ab += x * y;
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

/// How much of a frequency passes averaging `count` samples, and the filter of muscle noise.
float share_through(double hz, double rate_hz, std::int64_t count, double edge_hz) {
  const double w = kPi * hz / rate_hz, n = static_cast<double>(count),
               averaging = std::fabs(std::sin(n * w) / (n * std::sin(w))), ratio = edge_hz / hz;
  return static_cast<float>(averaging / std::sqrt(1 + ratio * ratio * ratio * ratio));
}

}  // namespace

const char* grade_text(Grade grade) {
  switch (grade) {
    case Grade::kGood:
      return "good";
    case Grade::kLimited:
      return "limited";
    case Grade::kUnreadable:
      return "unreadable";
  }
  return "unknown";
}

const char* fault_text(std::size_t bit) { return bit < kFaults ? kFaultTexts[bit] : nullptr; }

std::uint32_t groups_not_judged(std::uint32_t faults) {
  static constexpr struct {
    std::uint32_t fault, groups;
  } kTable[] = {
      {kFlat, kAllGroups},
      {kLeadOff, kRhythm},
      {kSaturated, kRhythm | kStT | kVoltage},
      {kClipped, kVoltage | kQrsShape | kAxis},
      {kMains, 0},  // the networks' band-pass takes it away
      {kWander, kStT},
      {kMuscle, kAtrial},
      {kMotion, kRhythm | kStT | kAtrial},
      {kMissing, kRhythm},
      {kAmplitude, kAllGroups},
      {kTooShort, kRhythm},
      {kNoBeats, kAllGroups},
      {kInverted, kAxis | kQrsShape | kAtrial | kStT},
  };
  std::uint32_t groups = 0;
  for (const auto& row : kTable)
    if ((faults & row.fault) != 0) groups |= row.groups;
  return groups;
}

/// Of a sine, r.m.s. = root 2 times its bin / samples.
float SignalQuality::Goertzel::rms(std::int64_t samples) const {
  const float power = s1 * s1 + s2 * s2 - turn * s1 * s2;
  return std::sqrt(std::max(0.0F, 2 * power)) / static_cast<float>(samples);
}

SignalQuality::SignalQuality(double rate_hz, bool upright)
    : rate_hz_(rate_hz), upright_(upright), peaks_(rate_hz) {
  fits_ = RPeaks::takes(rate_hz);
  if (!fits_) return;
  second_ = std::lround(rate_hz), stuck_ = std::lround(kStuck * rate_hz);
  const double hz = peaks_.averaged_hz(), noise_hz = std::min(25.0, 0.3 * hz);
  mains_known_ = rate_hz > kMainsRate * kMainsHz[0];
  for (std::size_t i = 0; i < 2; ++i) {
    mains_[i].turn = static_cast<float>(2 * std::cos(2 * kPi * kMainsHz[i] / rate_hz));
    mains_[i].through = share_through(kMainsHz[i], rate_hz, peaks_.averaged_over(), noise_hz);
  }
  block_ = std::max<std::int64_t>(1, std::lround(hz / 10));
  noise_ = high_pass(noise_hz, hz);
  baseline_[0] = baseline_[1] = low_pass(0.7, hz / static_cast<double>(block_));
}

void SignalQuality::push(float mv) {
  if (!fits_) return;
  found_ = peaks_.push(mv);
  if (found_ > 0) keep_beats();
  ++now_.samples;
  if (std::isfinite(mv)) {
    look_at(std::min(std::max(mv, -kLargestMv), kLargestMv));
  } else {
    ++now_.missing;
    end_run();
    run_ = 0;
  }
  if (peaks_.averaged() != averaged_) {
    averaged_ = peaks_.averaged();
    if (averaging_ || any_) average(peaks_.averaged(averaged_ - 1));
  }
  if (++in_second_ == second_) close_second();
}

void SignalQuality::look_at(float x) {
  if (!any_) {
    any_ = true;
    first_ = x;
    now_.top = now_.bottom = {x, 0};
  }
  if (x > now_.top.value) now_.top = {x, 0};
  if (x < now_.bottom.value) now_.bottom = {x, 0};
  if (mains_known_) {
    mains_[0].step(x - first_);
    mains_[1].step(x - first_);
  }
  if (x == last_ && run_ > 0) {
    ++run_, ++run_in_second_;
    return;
  }
  end_run();
  before_run_ = run_ > 0 ? last_ : x;
  last_ = x, run_ = run_in_second_ = 1;
}

/// Looks at the equal samples that end here.
void SignalQuality::end_run() {
  if (run_ < 2) return;
  count_stuck();
  const float steep = kSteep * (std::max(all_.top.value, now_.top.value) -
                                std::min(all_.bottom.value, now_.bottom.value));
  if (run_ >= stuck_ || std::fabs(before_run_ - last_) <= steep) return;
  if (last_ == now_.top.value) ++now_.top.cuts;
  if (last_ == now_.bottom.value) ++now_.bottom.cuts;
}

void SignalQuality::count_stuck() {
  if (run_ < stuck_) return;
  held_ += run_in_second_;
  const bool extreme = last_ >= std::max(all_.top.value, now_.top.value) ||
                       last_ <= std::min(all_.bottom.value, now_.bottom.value);
  const auto level = static_cast<float>(
      level_sum_ / static_cast<double>(std::max<std::int64_t>(level_blocks_, 1)));
  if (extreme && std::fabs(last_ - level) > kRailMv) railed_ += run_in_second_;
  run_in_second_ = 0;
}

void SignalQuality::average(float x) {
  if (!averaging_) {
    noise_.hold(x);
    for (Biquad& filter : baseline_) filter.hold(x);
    averaging_ = true;
  }
  if (!swing_known_) swing_low_ = swing_high_ = x;
  swing_known_ = true;
  swing_low_ = std::min(swing_low_, x), swing_high_ = std::max(swing_high_, x);
  const float noise = noise_.step(x);
  block_power_ += noise * noise;
  block_sum_ += x;
  if (++in_block_ == block_) close_block();
}

/// A tenth of a second.
void SignalQuality::close_block() {
  const auto samples = static_cast<float>(block_);
  const float mean = block_sum_ / samples, base = baseline_[1].step(baseline_[0].step(mean));
  level_sum_ += static_cast<double>(mean), ++level_blocks_;
  if (block_count_ == 0) base_low_ = base_high_ = base;
  base_low_ = std::min(base_low_, base), base_high_ = std::max(base_high_, base);
  if (block_count_ < kBlocks) blocks_[block_count_++] = std::sqrt(block_power_ / samples);
  block_power_ = block_sum_ = 0, in_block_ = 0;
}

void SignalQuality::close_second() {
  count_stuck();
  const std::int64_t there = now_.samples - now_.missing;
  now_.seconds = 1;
  const auto set = [&](Fault fault, bool present) {
    if (present) now_.with[bit_of(fault)] = 1;
    return present;
  };
  float mains = 0, muscle = 0;
  if (there == second_) {
    float squares = 0;
    for (const Goertzel& m : mains_) {
      const float here = mains_known_ ? m.rms(second_) : 0;
      mains = std::max(mains, here);
      squares += here * here * m.through * m.through;
    }
    if (block_count_ > 0) {
      sort_few(blocks_, block_count_);
      const float quiet = blocks_[block_count_ * 3 / 10];
      muscle = std::sqrt(std::max(0.0F, quiet * quiet - squares));
    }
  }
  const float range = now_.top.value - now_.bottom.value;
  const float wander = block_count_ > 0 ? base_high_ - base_low_ : 0,
              swing = swing_known_ ? swing_high_ - swing_low_ : 0;
  now_.mains = static_cast<double>(mains) * static_cast<double>(mains);
  now_.muscle = static_cast<double>(muscle), now_.wander = static_cast<double>(wander);
  const bool missing = set(kMissing, 10 * now_.missing > second_);
  const bool saturated = set(kSaturated, 10 * railed_ > second_);
  const bool flat = set(kFlat, there > 0 && (range < kFlatMv || 10 * held_ > 9 * there));
  const bool open = set(kLeadOff, mains > kOpenInputMv);
  set(kWander, wander > kWanderMv);
  set(kMuscle, muscle > kMuscleMv);
  const bool motion =
      set(kMotion, swing > std::max(kSwingMv, usual_qrs_ > 0 ? kSwing * usual_qrs_ : 8.0F));
  const bool whole = !missing && !flat && !saturated && !open && there > 0;
  now_.usable = whole && !motion;
  whole_ = whole_ << 1 | (whole ? 1 : 0), ++seconds_;
  compare_beats(false);
  merge(now_, all_);
  ring_[ring_next_++ % static_cast<std::int64_t>(kRecent)] = now_;
  now_ = {};
  for (Goertzel& m : mains_) m.s1 = m.s2 = 0;
  noise_.settle(), baseline_[0].settle(), baseline_[1].settle();
  in_second_ = held_ = railed_ = 0, block_count_ = 0;
  any_ = swing_known_ = false;
}

void SignalQuality::keep_beats() {
  for (std::size_t i = 0; i < found_; ++i) {
    if (pending_count_ == kPending) {
      std::copy(pending_ + 1, pending_ + kPending, pending_);
      --pending_count_;
    }
    pending_[pending_count_++] = peaks_.found(i);
  }
}

/// Looks at those beats of seconds that are over, or all, of which the samples have come.
void SignalQuality::compare_beats(bool all) {
  const double ready = static_cast<double>(peaks_.averaged_over()) *
                       (static_cast<double>(averaged_) - kAfterApex * peaks_.averaged_hz());
  std::size_t done = 0;
  for (; done < pending_count_ && (all || pending_[done].position < ready); ++done) {
    const RPeak& peak = pending_[done];
    ++now_.beats;
    if (peak.rr_s > 0) ++now_.intervals, now_.rr += peak.rr_s;
    // Seconds since the one that it lies in; the last one may be cut short.
    const std::int64_t ago = seconds_ - 1 - peak.sample / second_;
    if (ago < 0 || (ago < 32 && (whole_ >> ago & 1) != 0)) compare_beat(peak);
  }
  std::copy(pending_ + done, pending_ + pending_count_, pending_);
  pending_count_ -= done;
}

void SignalQuality::compare_beat(const RPeak& peak) {
  float mv[kBeatSteps], qrs[kQrsSteps];
  cut_beat(peak, mv);
  detrend_qrs(mv, qrs);
  ++now_.compared;
  now_.prominence += static_cast<double>(std::min(peak.prominence, 20.0F));
  BeatShape* shape = nullptr;
  float best = kAlike;
  for (BeatShape& candidate : shapes_) {
    if (candidate.beats == 0) continue;
    float usual[kQrsSteps];
    detrend_qrs(candidate.mv, usual);
    const float alike = correlation(usual, qrs, kQrsSteps);
    if (alike >= best) best = alike, shape = &candidate;
  }
  if (shape == nullptr) {
    shape = shapes_[0].beats <= shapes_[1].beats ? &shapes_[0] : &shapes_[1];
    *shape = {};
  } else {
    ++now_.alike;
    now_.qrs += static_cast<double>(peak.qrs_mv);
    usual_qrs_ +=
        (peak.qrs_mv - usual_qrs_) / static_cast<float>(std::min<std::int32_t>(shape->beats, 8));
  }
  ++shape->beats;
  const auto weight = 1 / static_cast<float>(std::min<std::int32_t>(shape->beats, 16));
  for (std::int64_t i = 0; i < kBeatSteps; ++i) shape->mv[i] += weight * (mv[i] - shape->mv[i]);
}

/// The steps around the apex, less the line through their ends. Averaged over neighbours, in which
/// 50 Hz vanishes.
void SignalQuality::detrend_qrs(const float* beat, float* qrs) {
  const float* const first = beat + kBeatApex - kQrsSteps / 2;
  for (std::int64_t i = 0; i < kQrsSteps; ++i)
    qrs[i] = (first[i - 1] + 2 * first[i] + first[i + 1]) / 4;
  const float begin = qrs[0], slope = (qrs[kQrsSteps - 1] - begin) / (kQrsSteps - 1);
  for (std::int64_t i = 0; i < kQrsSteps; ++i) qrs[i] -= begin + slope * static_cast<float>(i);
}

/// mv: [kBeatSteps], from averaged samples, held beyond the ends of what there is.
void SignalQuality::cut_beat(const RPeak& peak, float* mv) const {
  const auto factor = static_cast<double>(peaks_.averaged_over());
  const double apex = (peak.position - (factor - 1) / 2) / factor,
               step = 0.01 * peaks_.averaged_hz();
  const std::int64_t newest = averaged_ - 1,
                     oldest = std::max<std::int64_t>(0, averaged_ - RPeaks::kHistory);
  for (std::int64_t i = 0; i < kBeatSteps; ++i) {
    const double at = std::min(
        std::max(apex + static_cast<double>(i - kBeatApex) * step, static_cast<double>(oldest)),
        static_cast<double>(newest));
    const auto before = static_cast<std::int64_t>(at);
    const float a = peaks_.averaged(before), b = peaks_.averaged(std::min(before + 1, newest));
    mv[i] = a + static_cast<float>(at - static_cast<double>(before)) * (b - a);
  }
}

void SignalQuality::finish() {
  if (!fits_) return;
  found_ = peaks_.finish();
  end_run();
  keep_beats();
  compare_beats(true);
  // What is left of the last second is too little to be looked at, but it has beats.
  now_.seconds = 0;
  merge(now_, all_);
  now_ = {};
}

bool SignalQuality::inverted() const {
  const BeatShape& beat = shapes_[0].beats >= shapes_[1].beats ? shapes_[0] : shapes_[1];
  if (beat.beats < 3) return false;
  const auto extremes = [&](std::int64_t first, std::int64_t last, float level) {
    float low = 0, high = 0;
    for (std::int64_t i = first; i <= last; ++i) {
      low = std::max(low, level - beat.mv[i]);
      high = std::max(high, beat.mv[i] - level);
    }
    struct {
      float low, high;
    } out = {low, high};
    return out;
  };
  const float level = (beat.mv[17] + beat.mv[18] + beat.mv[19]) / 3;  // 60 ms before the apex
  const auto p = extremes(4, 16, level), qrs = extremes(16, 32, level), t = extremes(38, 60, level);
  return qrs.low > 2 * qrs.high && p.low > 0.03F && p.low > 2 * p.high && t.low > 0.05F &&
         t.low > 2 * t.high;
}

void SignalQuality::merge(const Tally& from, Tally& into) {
  const bool there = from.samples > from.missing, first = into.samples == into.missing;
  if (there && (first || from.top.value > into.top.value))
    into.top = from.top;
  else if (there && from.top.value == into.top.value)
    into.top.cuts += from.top.cuts;
  if (there && (first || from.bottom.value < into.bottom.value))
    into.bottom = from.bottom;
  else if (there && from.bottom.value == into.bottom.value)
    into.bottom.cuts += from.bottom.cuts;
  into.seconds += from.seconds, into.usable += from.usable, into.beats += from.beats;
  into.compared += from.compared;
  into.alike += from.alike, into.intervals += from.intervals;
  for (std::size_t i = 0; i < kFaults; ++i) into.with[i] += from.with[i];
  into.samples += from.samples, into.missing += from.missing;
  into.mains += from.mains, into.wander += from.wander, into.muscle += from.muscle;
  into.qrs += from.qrs, into.prominence += from.prominence, into.rr += from.rr;
}

Quality SignalQuality::recent() const {
  Tally tally;
  const auto count = std::min<std::int64_t>(ring_next_, static_cast<std::int64_t>(kRecent));
  for (std::int64_t i = 0; i < count; ++i) merge(ring_[i], tally);
  return judge(tally);
}

Quality SignalQuality::judge(const Tally& tally) const {
  Quality q;
  if (tally.samples == 0) {
    q.faults = kTooShort;
    return q;
  }
  const auto f = [](double v) { return static_cast<float>(v); };
  const double seconds = std::max<std::int32_t>(1, tally.seconds);
  q.seconds = static_cast<double>(tally.samples) / rate_hz_;
  q.usable_seconds = tally.usable;
  q.missing = f(static_cast<double>(tally.missing) / static_cast<double>(tally.samples));
  q.mains_known = mains_known_;
  q.mains_mv = f(std::sqrt(tally.mains / seconds));
  q.wander_mv = f(tally.wander / seconds);
  q.muscle_mv = f(tally.muscle / seconds);
  if (tally.alike > 0) q.qrs_mv = f(tally.qrs / tally.alike);
  q.range_mv = tally.top.value - tally.bottom.value;
  q.beats = tally.beats;
  if (tally.compared > 1)
    q.beats_alike = std::min(1.0F, f(static_cast<double>(tally.alike) / (tally.compared - 1)));
  if (tally.compared > 0) q.prominence = f(tally.prominence / tally.compared);
  if (tally.intervals > 0) q.rate_bpm = 60 * tally.intervals / tally.rr;

  const auto share = [&](Fault fault) { return tally.with[bit_of(fault)] / seconds; };
  const auto set = [&](Fault fault, bool present) {
    if (present) q.faults |= fault;
  };
  set(kFlat, share(kFlat) >= 0.9);
  set(kLeadOff, share(kLeadOff) >= 0.1 || (share(kFlat) >= 0.1 && share(kFlat) < 0.9));
  set(kSaturated, share(kSaturated) > 0.05);
  const std::int32_t cuts = std::max(tally.top.cuts, tally.bottom.cuts);
  set(kClipped, cuts >= 3 && 5 * cuts >= tally.beats);
  set(kMains, q.mains_mv > kMainsMv);
  set(kWander, share(kWander) > 0.3);
  set(kMuscle, share(kMuscle) > 0.3);
  set(kMotion, share(kMotion) > 0.1);
  set(kMissing, q.missing > 0.02F);
  set(kAmplitude, q.qrs_mv > kHighestQrsMv || (q.qrs_mv > 0 && q.qrs_mv < kLowestQrsMv));
  set(kTooShort, q.seconds < kShort);
  set(kNoBeats, tally.beats < 2 || q.beats_alike < kLeastAlike || q.prominence < 2);
  set(kInverted, upright_ && inverted());
  const bool unreadable = q.seconds < kShortest ||
                          (q.faults & (kFlat | kNoBeats | kAmplitude)) != 0 ||
                          2 * tally.usable < tally.seconds;
  q.not_judged = unreadable ? kAllGroups : groups_not_judged(q.faults);
  q.grade = unreadable ? Grade::kUnreadable : q.not_judged != 0 ? Grade::kLimited : Grade::kGood;
  return q;
}

}  // namespace liteheart::edge
