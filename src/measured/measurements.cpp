#include "measured/measurements.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

#include "ecg/leads.h"
#include "eval/delineation.h"
#include "eval/median_beat.h"

namespace liteheart {
namespace {

constexpr double kBeforeQrs = 0.45;  // s, where P and the end of the T before it may be
constexpr std::size_t kFewestIntervals = 3;
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

using Numbers = std::vector<double>;

double median(Numbers x) {
  if (x.empty()) return kUnknown;
  const auto middle = x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2);
  std::nth_element(x.begin(), middle, x.end());
  return *middle;
}

double mean(const Numbers& x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum / static_cast<double>(x.size());
}

double range(const Numbers& x) {
  const auto [low, high] = std::ranges::minmax(x);
  return high - low;
}

void append(Numbers& out, std::initializer_list<double> more) { out.insert(out.end(), more); }

/// The median beat with what was found on it.
struct Usual {
  const MedianBeat& beat;
  Delineation waves;

  std::size_t steps(double seconds) const { return beat.leads.steps(seconds); }
  double ms(double samples) const { return 1000 * samples / beat.leads.rate_hz; }
  /// Before the onset of QRS.
  double ms_before(double sample) const {
    return ms(static_cast<double>(waves.qrs_onset) - sample);
  }
  double height(std::size_t lead, std::size_t sample) const {
    return beat.leads.lead(lead)[sample] - waves.level[lead];
  }
  double highest_in_qrs() const {
    const auto at = [&](std::size_t i) {
      return waves.magnitude.begin() + static_cast<std::ptrdiff_t>(i);
    };
    return *std::max_element(at(waves.qrs_onset), at(waves.qrs_end));
  }
};

void add_durations(const Usual& usual, Numbers& out) {
  const double qrs_ms = usual.ms(static_cast<double>(usual.waves.qrs_end - usual.waves.qrs_onset));
  const double qt_ms = usual.waves.t_end ? -usual.ms_before(*usual.waves.t_end) : kUnknown;
  const double axis =
      qrs_axis_deg(usual.beat, usual.waves).value_or(kUnknown) * std::numbers::pi / 180;
  append(out, {qrs_ms, qt_ms, qt_ms / std::sqrt(usual.beat.rr_s), std::cos(axis), std::sin(axis)});
}

/// What QRS consists of in one lead, by its name: Q before R, R, S after it and R' after that.
struct Deflections {
  struct Wave {
    double height = 0, ms = 0;
    void take(double peak, double lasts_ms) {
      if (std::abs(peak) > std::abs(height)) height = peak;
      ms += lasts_ms;
    }
  };
  Wave q, r, s, r_prime;
};

Deflections deflections(const Usual& usual, std::size_t lead) {
  constexpr double kLeast = 0.03, kLeastShare = 0.05;  // mV; of the largest
  double largest = 0;
  for (std::size_t i = usual.waves.qrs_onset; i <= usual.waves.qrs_end; ++i)
    largest = std::max(largest, std::abs(usual.height(lead, i)));
  const double least = std::max(kLeast, kLeastShare * largest);
  Deflections out;
  bool after_r = false, after_s = false;
  for (std::size_t i = usual.waves.qrs_onset; i <= usual.waves.qrs_end;) {
    const bool up = usual.height(lead, i) > 0;
    const std::size_t from = i;
    double peak = 0;
    for (; i <= usual.waves.qrs_end && (usual.height(lead, i) > 0) == up; ++i) {
      const double height = usual.height(lead, i);
      if (std::abs(height) > std::abs(peak)) peak = height;
    }
    if (std::abs(peak) < least) continue;
    Deflections::Wave& wave = up ? (after_s ? out.r_prime : out.r) : (after_r ? out.s : out.q);
    wave.take(peak, usual.ms(static_cast<double>(i - from)));
    after_s = after_s || (after_r && !up);
    after_r = after_r || up;
  }
  return out;
}

void add_leads(const Usual& usual, Numbers& out) {
  const std::size_t st = usual.waves.qrs_end + usual.steps(0.06);
  for (std::size_t lead = 0; lead < kLeads; ++lead) {
    double highest = -std::numeric_limits<double>::infinity(), lowest = -highest;
    for (std::size_t i = usual.waves.qrs_onset; i <= usual.waves.qrs_end; ++i) {
      highest = std::max(highest, usual.height(lead, i));
      lowest = std::min(lowest, usual.height(lead, i));
    }
    const double t = usual.waves.t_peak > 0 ? usual.height(lead, usual.waves.t_peak) : kUnknown;
    const Deflections d = deflections(usual, lead);
    append(out, {highest, lowest, usual.height(lead, st), t});
    for (const Deflections::Wave& wave : {d.q, d.r, d.s, d.r_prime})
      append(out, {wave.height, wave.ms});
  }
}

struct PWave {
  std::size_t peak = 0;
  double onset = 0, end = 0;  // by tangents to the steepest ascent and descent
  double prominence = 0;      // over the leads
};

/// Where the tangent to the steepest slope between the peak of P and its foot, in the direction
/// `step`, meets the foot.
double tangent_foot(const Usual& usual, std::size_t peak, double prominence, std::size_t stop,
                    int step) {
  constexpr double kRise = 0.2;
  const Numbers& m = usual.waves.magnitude;
  const auto next = [&](std::size_t i) { return step < 0 ? i - 1 : i + 1; };
  std::size_t foot = peak;
  for (std::size_t i = peak; i != stop && m[i] <= m[foot] + kRise * prominence; i = next(i))
    if (m[i] < m[foot]) foot = i;
  const std::size_t reach = usual.steps(0.008);
  double steepest = 0, meets = static_cast<double>(foot);
  const auto [low, high] = std::minmax(foot, peak);
  for (std::size_t i = low + reach; i + reach <= high; ++i) {
    const double slope = -step * (m[i + reach] - m[i - reach]) / static_cast<double>(2 * reach);
    if (slope <= steepest) continue;
    steepest = slope;
    meets = static_cast<double>(i) + step * (m[i] - m[foot]) / slope;
  }
  return std::clamp(meets, 0.0, static_cast<double>(m.size() - 1));
}

/// The most prominent rise over the leads between the T wave before, or QRS where that has no end,
/// and QRS; nullopt where nothing rises.
std::optional<PWave> find_p(const Usual& usual) {
  constexpr double kFurthest = 0.36, kNearest = 0.024, kLeastRoom = 0.1;  // s, before QRS
  const Numbers& m = usual.waves.magnitude;
  const std::size_t onset = usual.waves.qrs_onset, near = usual.steps(0.004);
  std::size_t from = std::max(onset - std::min(onset, usual.steps(kFurthest)), usual.steps(0.012));
  const double previous = usual.waves.t_end.value_or(static_cast<double>(usual.waves.qrs_end)) -
                          usual.beat.rr_s * usual.beat.leads.rate_hz;
  if (previous > static_cast<double>(from))
    from = std::min(static_cast<std::size_t>(previous), onset - usual.steps(kLeastRoom));
  const std::size_t to = onset - usual.steps(kNearest);
  PWave p;
  for (std::size_t i = from + near; i < to; ++i) {
    if (m[i] < m[i - near] || m[i] < m[i + near]) continue;
    double before = m[i], after = m[i];
    for (std::size_t j = i; j > from && m[j] <= m[i]; --j) before = std::min(before, m[j]);
    for (std::size_t j = i; j < to && m[j] <= m[i]; ++j) after = std::min(after, m[j]);
    const double prominence = m[i] - std::max(before, after);
    if (prominence > p.prominence) p.prominence = prominence, p.peak = i;
  }
  if (p.peak == 0) return std::nullopt;
  p.onset = tangent_foot(usual, p.peak, p.prominence, from, -1);
  p.end = tangent_foot(usual, p.peak, p.prominence, to, 1);
  return p;
}

void add_p(const Usual& usual, Numbers& out) {
  const auto p = find_p(usual);
  if (!p) {
    out.insert(out.end(), 8 + kLeads, kUnknown);
    return;
  }
  const double pr_ms = usual.ms_before(p->onset), rr_ms = 1000 * usual.beat.rr_s;
  const double t_before = usual.waves.t_end ? usual.ms_before(*usual.waves.t_end) + rr_ms
                                            : kUnknown;  // from there to QRS
  append(out, {usual.ms_before(static_cast<double>(p->peak)), pr_ms, usual.ms(p->end - p->onset),
               usual.ms_before(p->end), std::log(p->prominence + 1e-3),
               p->prominence / usual.highest_in_qrs(), t_before - pr_ms, pr_ms / rr_ms});
  for (std::size_t lead = 0; lead < kLeads; ++lead) {
    const float* x = usual.beat.leads.lead(lead);
    const double foot =
        (x[static_cast<std::size_t>(p->onset)] + x[static_cast<std::size_t>(p->end)]) / 2;
    out.push_back(x[p->peak] - foot);
  }
}

/// Intervals between beats, in seconds.
Numbers intervals(const Beats& beats) {
  Numbers rr;
  for (std::size_t i = 1; i < beats.centre.size(); ++i) {
    rr.push_back(static_cast<double>(beats.centre[i] - beats.centre[i - 1]) / beats.leads.rate_hz);
  }
  return rr;
}

/// Of neighbours `lag` apart, in units of the variance.
double autocorrelation(const Numbers& rr, std::size_t lag) {
  const double average = mean(rr);
  double same = 0, with = 0;
  for (std::size_t i = 0; i < rr.size(); ++i) {
    same += (rr[i] - average) * (rr[i] - average);
    if (i >= lag) with += (rr[i] - average) * (rr[i - lag] - average);
  }
  return with / (same + 1e-6);
}

double change(const Numbers& rr, std::size_t lag) {
  double sum = 0;
  for (std::size_t i = lag; i < rr.size(); ++i) sum += std::abs(rr[i] - rr[i - lag]);
  return sum;
}

void add_intervals(const Numbers& rr, Numbers& out) {
  if (rr.size() < kFewestIntervals) {
    out.insert(out.end(), 14, kUnknown);
    return;
  }
  const double usual = median(rr), average = mean(rr);
  Numbers changes, smooth, sorted = rr;
  for (std::size_t i = 1; i < rr.size(); ++i)
    changes.push_back(std::abs(rr[i] - rr[i - 1]) / usual);
  for (std::size_t i = 1; i + 1 < rr.size(); ++i)
    smooth.push_back(median({rr[i - 1], rr[i], rr[i + 1]}));
  double rough = 0, squares = 0;
  for (std::size_t i = 0; i < smooth.size(); ++i) rough += std::abs(rr[i + 1] - smooth[i]) / usual;
  for (const double interval : rr) squares += (interval - average) * (interval - average);
  std::ranges::sort(sorted);
  const double sd = std::sqrt(squares / static_cast<double>(rr.size()));
  append(out, {std::log(usual), median(changes), sorted.front() / usual, sorted.back() / usual,
               autocorrelation(rr, 1), autocorrelation(rr, 2),
               change(rr, 2) / (change(rr, 1) + 0.01), std::log(0.01 + sd / average), 60 / average,
               range(rr), (sorted[sorted.size() * 3 / 4] - sorted[sorted.size() / 4]) / usual,
               *std::ranges::max_element(changes), range(smooth) / usual,
               rough / static_cast<double>(smooth.size())});
}

/// How long the magnitude of a beat stays above three tenths of its peak within 120 ms; nullopt at
/// the ends of the segment.
std::optional<double> width_ms(const SampledLeads& leads, std::size_t centre) {
  constexpr double kShare = 0.3;
  const std::size_t reach = leads.steps(0.12);
  if (centre < reach || centre + reach >= leads.samples) return std::nullopt;
  Numbers magnitude;
  for (std::size_t i = centre - reach; i < centre + reach; ++i) {
    double sum = 0;
    for (std::size_t lead = 0; lead < kLeads; ++lead) {
      const double v = leads.lead(lead)[i] - leads.lead(lead)[centre - reach];
      sum += v * v;
    }
    magnitude.push_back(std::sqrt(sum));
  }
  const double above = kShare * *std::ranges::max_element(magnitude);
  const auto samples = std::ranges::count_if(magnitude, [&](double m) { return m > above; });
  return 1000 * static_cast<double>(samples) / leads.rate_hz;
}

/// By how much of what is usual, and of the interval before, the beat at the end of interval i is
/// early; negative where it is late.
double earliness(const Numbers& rr, std::size_t i, double usual) {
  const double early = 1 - rr[i] / usual;
  return i == 0 ? early : std::min(early, 1 - rr[i] / rr[i - 1]);
}

/// Beats that come early, alike or unlike the others, and what follows them.
void add_ectopy(const Beats& beats, const Numbers& rr, Numbers& out) {
  constexpr double kEarly = 0.06, kNearlyAlike = 0.8, kAlternates = 0.05;
  if (rr.size() < kFewestIntervals) {
    out.insert(out.end(), 8, kUnknown);
    return;
  }
  double unlike = 0, least_like = 1, earliest = 0, earliest_alike = 0, pause_alike = 0,
         pause_unlike = 0, widest = 0, alternating = 0;
  Numbers widths_alike;
  for (std::size_t i = 0; i < beats.centre.size(); ++i) {
    const double like = beats.likeness[i];
    if (const auto width = width_ms(beats.leads, beats.centre[i])) {
      if (like >= kAlike) widths_alike.push_back(*width);
      if (like < kAlike) widest = std::max(widest, *width);
    }
    if (like <= -1) continue;  // at the ends
    least_like = std::min(least_like, like);
    if (like < kAlike) ++unlike;
    if (i == 0) continue;
    Numbers others;  // but for the intervals before and after this beat
    for (std::size_t j = 0; j < rr.size(); ++j)
      if (j + 1 != i && j != i) others.push_back(rr[j]);
    const double usual = others.empty() ? median(rr) : median(others);
    const double early = earliness(rr, i - 1, usual);
    const double follows = i < rr.size() ? rr[i] / usual : 1;
    earliest = std::max(earliest, early);
    if (like >= kNearlyAlike) earliest_alike = std::max(earliest_alike, early);
    if (early > kEarly && follows > 1) {
      double& pause = like >= kNearlyAlike ? pause_alike : pause_unlike;
      pause = std::max(pause, early * (follows - 0.9));
    }
  }
  const double usual = median(rr), count = static_cast<double>(rr.size());
  for (std::size_t i = 2; i < rr.size(); ++i) {
    const double now = rr[i] - rr[i - 1], before = rr[i - 1] - rr[i - 2];
    if (now * before < 0 && std::abs(now) > kAlternates * usual) ++alternating;
  }
  append(out, {unlike / (count + 1), least_like, earliest, earliest_alike, pause_alike,
               pause_unlike, widest / std::max(1.0, median(widths_alike)), alternating / count});
}

}  // namespace

std::vector<float> measure_window(std::span<const float> leads, double rate_hz) {
  const std::size_t samples = leads.size() / kLeads;
  const auto is_padding = [&](std::size_t i) {
    for (std::size_t lead = 0; lead < kLeads; ++lead)
      if (leads[lead * samples + i] != 0) return false;
    return true;
  };
  std::size_t valid = samples;
  while (valid > 0 && is_padding(valid - 1)) --valid;
  const auto beats = find_beats(leads, samples, valid, rate_hz, kBeforeQrs);
  auto waves = beats ? delineate(beats->median) : std::nullopt;
  if (!waves) return std::vector<float>(kMeasurements, std::numeric_limits<float>::quiet_NaN());
  const Usual usual{beats->median, std::move(*waves)};
  const Numbers rr = intervals(*beats);
  Numbers out;
  add_durations(usual, out);
  add_leads(usual, out);
  add_p(usual, out);
  add_intervals(rr, out);
  add_ectopy(*beats, rr, out);
  return {out.begin(), out.end()};
}

}  // namespace liteheart
