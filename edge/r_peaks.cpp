#include "edge/r_peaks.h"

#include <algorithm>
#include <cmath>

namespace liteheart::edge {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kAveragedHz = 125;
constexpr double kLearned = 3;                                                   // s
constexpr double kEnergy = 0.1, kRefractory = 0.2, kReach = 0.1, kTWave = 0.38;  // s
constexpr double kFilterDelay = 0.02;   // s, of the band-pass in its band
constexpr double kGap = 0.05;           // s that may miss before the filter starts anew
constexpr float kLeastHeight = 0.004F;  // mV, of a beat's energy
constexpr float kShare = 0.35F;         // of the way from noise to beats
constexpr float kTHeight = 0.7F;        // of the beat before
constexpr double kLatest = 3.9;         // s after which a candidate is past
constexpr float kLateRr = 1.6F, kLateShare = 0.5F;
constexpr double kLongestRr = 2;  // s after which a beat is late in any case

Biquad section(double b0, double b1, double b2, double a1, double a2) {
  const auto f = [](double v) { return static_cast<float>(v); };
  return {f(b0), f(b1), f(b2), f(a1), f(a2), 0, 0};
}

}  // namespace

void sort_few(float* values, std::size_t count) {
  for (std::size_t i = 1; i < count; ++i) {
    const float value = values[i];
    std::size_t at = i;
    for (; at > 0 && values[at - 1] > value; --at) values[at] = values[at - 1];
    values[at] = value;
  }
}

float median(float* values, std::size_t count) {
  sort_few(values, count);
  return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

void Biquad::settle() {
  constexpr float kTooLittle = 1e-20F;
  if (std::fabs(z1) < kTooLittle) z1 = 0;
  if (std::fabs(z2) < kTooLittle) z2 = 0;
}

void Biquad::hold(float x) {
  const float y = x * (b0 + b1 + b2) / (1 + a1 + a2);
  z2 = b2 * x - a2 * y;
  z1 = b1 * x - a1 * y + z2;
}

Biquad low_pass(double edge_hz, double rate_hz) {
  const double w = std::tan(kPi * edge_hz / rate_hz), root2 = std::sqrt(2.0),
               a0 = 1 + root2 * w + w * w, b = w * w / a0;
  return section(b, 2 * b, b, 2 * (w * w - 1) / a0, (1 - root2 * w + w * w) / a0);
}

Biquad high_pass(double edge_hz, double rate_hz) {
  const double w = std::tan(kPi * edge_hz / rate_hz), root2 = std::sqrt(2.0),
               a0 = 1 + root2 * w + w * w, b = 1 / a0;
  return section(b, -2 * b, b, 2 * (w * w - 1) / a0, (1 - root2 * w + w * w) / a0);
}

void RrIntervals::add(double rr_s, bool follows) {
  recent_[count_ % static_cast<std::int64_t>(kRecent)] = static_cast<float>(rr_s);
  shortest_ = count_ == 0 ? rr_s : std::min(shortest_, rr_s);
  longest_ = std::max(longest_, rr_s);
  sum_ += rr_s, squares_ += rr_s * rr_s;
  if (follows && count_ > 0) {
    difference_squares_ += (rr_s - last_) * (rr_s - last_);
    ++differences_;
  }
  last_ = rr_s;
  ++count_;
}

RrStatistics RrIntervals::statistics() const {
  RrStatistics out;
  if (count_ == 0) return out;
  const auto n = static_cast<double>(count_);
  out.count = count_;
  out.mean_s = sum_ / n;
  out.rate_bpm = 60 / out.mean_s;
  out.sd_s = std::sqrt(std::max(0.0, squares_ / n - out.mean_s * out.mean_s));
  if (differences_ > 0)
    out.rmssd_s = std::sqrt(difference_squares_ / static_cast<double>(differences_));
  out.shortest_s = shortest_, out.longest_s = longest_;
  float sorted[kRecent];
  const std::size_t recent =
      static_cast<std::size_t>(std::min<std::int64_t>(count_, static_cast<std::int64_t>(kRecent)));
  std::copy(recent_, recent_ + recent, sorted);
  out.median_s = static_cast<double>(median(sorted, recent));
  return out;
}

bool RPeaks::takes(double rate_hz) { return rate_hz >= kLowestRate && rate_hz <= kHighestRate; }

RPeaks::RPeaks(double rate_hz) {
  if (!takes(rate_hz)) return;
  factor_ = std::max<std::int64_t>(1, std::lround(rate_hz / kAveragedHz));
  hz_ = rate_hz / static_cast<double>(factor_);
  high_ = high_pass(12, hz_);
  low_ = low_pass(std::min(25.0, 0.4 * hz_), hz_);
  energy_steps_ = std::min(static_cast<std::size_t>(steps(kEnergy)), kMostEnergy);
  gap_samples_ = std::lround(kGap * rate_hz);
  learned_ = steps(kLearned), longest_rr_ = steps(kLongestRr), latest_ = steps(kLatest);
  refractory_ = steps(kRefractory);
  t_wave_ = steps(kTWave);
}

std::int64_t RPeaks::steps(double seconds) const {
  return std::max<std::int64_t>(1, std::lround(seconds * hz_));
}

std::size_t RPeaks::push(float mv) {
  found_count_ = 0;
  if (factor_ == 0) return 0;
  if (std::isfinite(mv)) {
    const float x = std::min(std::max(mv, -kLargestMv), kLargestMv);
    if (missing_ > gap_samples_ || !started_) close_gap(x);
    missing_ = 0;
    held_ = x;
  } else {
    ++missing_;
  }
  sum_ += held_;
  if (++summed_ == factor_) {
    const float x = sum_ / static_cast<float>(factor_);
    sum_ = 0, summed_ = 0;
    take(x);
  }
  return found_count_;
}

/// Goes on after missing samples as if the lead had always been where it is now.
void RPeaks::close_gap(float x) {
  high_.hold(x);
  low_.hold(0);
  sum_ = x * static_cast<float>(summed_);
  if (started_) gap_ = true;
  started_ = true;
}

void RPeaks::take(float x) {
  const std::int64_t n = averaged_++;
  history_[place(n)] = x;
  if (!started_) return;
  const float band = low_.step(high_.step(x));
  const float energy = add_energy(band * band);
  if (gap_) {
    candidate_gap_ = true;
    gap_ = false;
  }
  if (least_ < 0 || energy < least_) least_ = energy;
  if (energy > best_) {
    best_ = energy, best_at_ = n;
  } else if (n - best_at_ >= refractory_) {
    close_candidate();
  }
  if (learning_) {
    if (n >= learned_) learn();
    return;
  }
  fade(n);
}

/// The sum over the last 100 ms. It is summed up anew each time that the ring is full, lest what
/// rounding leaves of a large value stays.
float RPeaks::add_energy(float power) {
  energy_sum_ += power - energy_[energy_next_];
  energy_[energy_next_] = power;
  if (++energy_next_ == energy_steps_) {
    energy_next_ = 0;
    energy_sum_ = 0;
    for (std::size_t i = 0; i < energy_steps_; ++i) energy_sum_ += energy_[i];
  }
  return std::max(energy_sum_, 0.0F);
}

void RPeaks::close_candidate() {
  high_.settle(), low_.settle();
  Candidate c;
  c.at = best_at_ - static_cast<std::int64_t>(energy_steps_ / 2) - steps(kFilterDelay);
  c.height = std::sqrt(best_ / static_cast<float>(energy_steps_));
  c.least = std::sqrt(std::max(0.0F, least_) / static_cast<float>(energy_steps_));
  c.after_gap = candidate_gap_;
  candidate_gap_ = false;
  best_ = -1, least_ = -1;
  best_at_ = averaged_;
  if (learning_) {
    if (waiting_count_ < kWaiting) waiting_[waiting_count_++] = c;
  } else {
    decide(c);
  }
}

/// Finds the extremes around the candidate, above and below the line through the ends, to a
/// fraction of a sample. Where they are is told from averages over neighbours, in which little of
/// mains is left.
RPeaks::Extremes RPeaks::extremes(std::int64_t at) const {
  const std::int64_t oldest = std::max<std::int64_t>(0, averaged_ - kHistory),
                     first = std::max(at - steps(kReach), oldest + 1),
                     last = std::min(at + steps(kReach), averaged_ - 2);
  Extremes c;
  c.top = c.bottom = static_cast<double>(std::max<std::int64_t>(at, 0));
  if (first >= last) return c;
  const auto smooth = [&](std::int64_t i) {
    return (averaged(i - 1) + 2 * averaged(i) + averaged(i + 1)) / 4;
  };
  const float level = smooth(first),
              slope = (smooth(last) - level) / static_cast<float>(last - first);
  const auto line = [&](std::int64_t i) { return level + slope * static_cast<float>(i - first); };
  std::int64_t top = first, bottom = first;
  float highest = 0, lowest = 0;
  for (std::int64_t i = first; i <= last; ++i) {
    const float smoothed = smooth(i) - line(i), here = averaged(i) - line(i);
    if (smoothed > c.above_mv) c.above_mv = smoothed, top = i;
    if (-smoothed > c.below_mv) c.below_mv = -smoothed, bottom = i;
    highest = std::max(highest, here), lowest = std::min(lowest, here);
  }
  c.qrs_mv = highest - lowest;
  const auto apex = [&](std::int64_t i) {
    if (i == first || i == last) return static_cast<double>(i);
    const float before = smooth(i - 1), after = smooth(i + 1),
                bend = before - 2 * smooth(i) + after;
    return static_cast<double>(i) +
           (bend == 0 ? 0.0
                      : std::min(std::max(static_cast<double>((before - after) / (2 * bend)), -1.0),
                                 1.0));
  };
  c.top = apex(top), c.bottom = apex(bottom);
  return c;
}

/// Decides on all that has waited, by the highest candidate that a second usually has.
void RPeaks::learn() {
  learning_ = false;
  Candidate first[kWaiting];
  const std::size_t count = waiting_count_;
  std::copy(waiting_, waiting_ + count, first);
  waiting_count_ = 0;
  float highest[4] = {};
  const auto seconds = static_cast<std::size_t>(kLearned);
  for (std::size_t i = 0; i < count; ++i) {
    const auto second =
        static_cast<std::size_t>(std::max(0.0, static_cast<double>(first[i].at) / hz_));
    float& h = highest[std::min(second, seconds - 1)];
    h = std::max(h, first[i].height);
  }
  sort_few(highest, seconds);
  // Of three seconds one may be without a beat and one with an artefact.
  const float usual = highest[1] > 0.25F * highest[2] ? highest[1] : highest[2];
  std::fill(usual_, usual_ + kUsual, usual);
  noise_ = 0.1F * usual;
  for (std::size_t i = 0; i < count; ++i) decide(first[i]);
}

float RPeaks::threshold() const {
  float sorted[kUsual];
  std::copy(usual_, usual_ + kUsual, sorted);
  const float usual = median(sorted, kUsual);
  return std::max(kLeastHeight, noise_ + kShare * std::max(usual - noise_, 0.0F));
}

void RPeaks::decide(const Candidate& c) {
  if (c.after_gap) gap_since_last_ = true;
  if (least_since_last_ < 0 || c.least < least_since_last_) least_since_last_ = c.least;
  const bool t_wave = have_last_ && c.at - last_.at < t_wave_ && c.height < kTHeight * last_.height;
  if (t_wave || c.height < threshold()) {
    reject(c);
    return;
  }
  search_back(c.at);
  accept(c);
}

void RPeaks::reject(const Candidate& c) {
  noise_ += (std::min(c.height, usual_[0]) - noise_) / 8;
  if (waiting_count_ == kWaiting) {
    std::copy(waiting_ + 1, waiting_ + kWaiting, waiting_);
    --waiting_count_;
  }
  waiting_[waiting_count_++] = c;
}

/// Where the beat after the last one is late: the highest that was rejected since, if it was not
/// rejected by far.
void RPeaks::search_back(std::int64_t until) {
  while (have_last_ && rr_count_ > 0 && waiting_count_ > 0) {
    float sorted[kUsual];
    const std::size_t count = std::min(rr_count_, kUsual);
    std::copy(rr_steps_, rr_steps_ + count, sorted);
    const float late =
        kLateRr * std::min(median(sorted, count), static_cast<float>(kLongestRr * hz_));
    if (static_cast<float>(until - last_.at) < late) return;
    std::size_t highest = kWaiting;
    for (std::size_t i = 0; i < waiting_count_; ++i) {
      if (waiting_[i].at - last_.at < t_wave_ || until - waiting_[i].at < refractory_ ||
          averaged_ - waiting_[i].at > latest_)
        continue;
      if (highest == kWaiting || waiting_[i].height > waiting_[highest].height) highest = i;
    }
    if (highest == kWaiting || waiting_[highest].height < kLateShare * threshold() ||
        waiting_[highest].height < kLeastHeight || waiting_[highest].height < 1.5F * noise_)
      return;
    const Candidate beat = waiting_[highest];
    const std::size_t later = waiting_count_ - highest - 1;
    Candidate rest[kWaiting];
    std::copy(waiting_ + highest + 1, waiting_ + waiting_count_, rest);
    accept(beat);
    std::copy(rest, rest + later, waiting_);
    waiting_count_ = later;
  }
}

void RPeaks::accept(const Candidate& c) {
  const Extremes around = extremes(c.at);
  lean_ += (std::min(std::max(around.above_mv - around.below_mv, -2.0F), 2.0F) - lean_) /
           static_cast<float>(std::min<std::int64_t>(beats_ + 1, 8));
  // A beat keeps to the side that beats usually have, unless it clearly is of the other one.
  const bool upright = lean_ >= 0 ? around.above_mv * 1.5F >= around.below_mv
                                  : around.above_mv > 1.5F * around.below_mv;
  const auto factor = static_cast<double>(factor_);
  RPeak peak;
  peak.position = (upright ? around.top : around.bottom) * factor + (factor - 1) / 2;
  peak.sample = static_cast<std::int64_t>(std::llround(peak.position));
  peak.qrs_mv = around.qrs_mv;
  peak.prominence = std::min(
      1e3F,
      c.height / std::max(least_since_last_ < 0 ? c.least : least_since_last_, 1e-3F * c.height));
  peak.upright = upright;
  if (have_last_ && !gap_since_last_ && peak.position > last_position_) {
    const double rr = (peak.position - last_position_) / factor;
    rr_steps_[rr_count_++ % kUsual] = static_cast<float>(rr);
    peak.rr_s = rr / hz_;
    rr_.add(peak.rr_s, last_rr_);
  }
  last_rr_ = peak.rr_s > 0;
  if (found_count_ < sizeof found_ / sizeof *found_) found_[found_count_++] = peak;
  ++beats_;
  float sorted[kUsual];
  std::copy(usual_, usual_ + kUsual, sorted);
  usual_[usual_next_++ % kUsual] = std::min(c.height, 3 * median(sorted, kUsual));
  last_ = c, last_position_ = peak.position;
  have_last_ = true, gap_since_last_ = false;
  least_since_last_ = -1;
  waiting_count_ = 0;
  faded_ = c.at;
}

/// What has passed without a beat lowers what a beat is expected to reach, down to noise.
void RPeaks::fade(std::int64_t now) {
  if (now % 8 == 0) search_back(now);
  if (now - faded_ < longest_rr_) return;
  faded_ = now - longest_rr_ + steps(0.5);
  for (float& height : usual_) height = std::max(0.8F * height, std::min(height, 3 * noise_));
}

std::size_t RPeaks::finish() {
  found_count_ = 0;
  if (factor_ == 0) return 0;
  if (best_ >= 0 && started_ && averaged_ > 0) close_candidate();
  if (learning_) learn();
  search_back(averaged_);
  return found_count_;
}

std::size_t find_r_peaks(const float* mv, std::size_t samples, double rate_hz, std::int64_t* peaks,
                         std::size_t most, RrStatistics* rr) {
  RPeaks detector(rate_hz);
  std::size_t count = 0;
  const auto take = [&](std::size_t found) {
    for (std::size_t i = 0; i < found; ++i, ++count)
      if (peaks != nullptr && count < most) peaks[count] = detector.found(i).sample;
  };
  for (std::size_t i = 0; i < samples; ++i) take(detector.push(mv[i]));
  take(detector.finish());
  if (rr != nullptr) *rr = detector.rr();
  return count;
}

}  // namespace liteheart::edge
