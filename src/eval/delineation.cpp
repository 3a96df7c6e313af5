#include "eval/delineation.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace liteheart {
namespace {

constexpr std::size_t kI = 0, kAvf = 5;  // in kLeadNames

struct Limits {
  std::size_t onset = 0, end = 0;
};

using Levels = std::array<double, kLeads>;

/// Outwards from the centre while the slope exceeds the threshold, with rests of less than 30 ms;
/// not beyond 190 ms.
Limits limits_above(const std::vector<double>& slope, double threshold, const MedianBeat& beat) {
  const std::size_t rest = beat.leads.steps(0.03), furthest = beat.leads.steps(0.19);
  const auto reach = [&](bool forwards) {
    std::size_t last = 0;
    for (std::size_t i = 0; i <= furthest && i <= last + rest; ++i)
      if (slope[forwards ? beat.centre + i : beat.centre - i] > threshold) last = i;
    return last;
  };
  return {beat.centre - reach(false), beat.centre + reach(true)};
}

/// By the slope over all leads, above a share of the way from its usual value to its peak: a higher
/// one where a steep ST segment makes QRS longer than 200 ms. nullopt where none gives 30 ms to
/// that.
std::optional<Limits> qrs_limits(const MedianBeat& beat) {
  constexpr double kShares[] = {0.08, 0.12, 0.18};
  std::vector<double> slope = squared_slope(beat.leads);
  for (double& s : slope) s = std::sqrt(s);
  // However long before QRS the beat begins, what is usual is that of its last 250 ms and after.
  const auto first = static_cast<std::ptrdiff_t>(beat.centre - beat.leads.steps(0.25));
  std::vector<double> ranked(slope.begin() + first, slope.end());
  const auto quarter = ranked.begin() + static_cast<std::ptrdiff_t>(ranked.size() / 4);
  std::nth_element(ranked.begin(), quarter, ranked.end());
  const auto centre = slope.begin() + static_cast<std::ptrdiff_t>(beat.centre);
  const auto around = static_cast<std::ptrdiff_t>(beat.leads.steps(0.06));
  const double peak = *std::max_element(centre - around, centre + around);
  for (const double share : kShares) {
    const Limits qrs = limits_above(slope, *quarter + share * (peak - *quarter), beat);
    const bool within_reach = qrs.end <= beat.centre + beat.leads.steps(0.16) &&
                              beat.centre <= qrs.onset + beat.leads.steps(0.16);
    const std::size_t duration = qrs.end - qrs.onset;
    if (within_reach && duration >= beat.leads.steps(0.03) && duration <= beat.leads.steps(0.2))
      return qrs;
  }
  return std::nullopt;
}

double mean(const float* x, std::size_t from, std::size_t to) {
  double sum = 0;
  for (std::size_t i = from; i < to; ++i) sum += x[i];
  return sum / static_cast<double>(to - from);
}

/// Of the 16 ms that end 4 ms before QRS: the PR segment, or what there is in its place.
Levels isoelectric_levels(const SampledLeads& leads, std::size_t onset) {
  Levels levels;
  for (std::size_t lead = 0; lead < kLeads; ++lead)
    levels[lead] = mean(leads.lead(lead), onset - leads.steps(0.02), onset - leads.steps(0.004));
  return levels;
}

/// But for rounding.
bool flat(const SampledLeads& leads, std::size_t lead) {
  const float* x = leads.lead(lead);
  const auto [low, high] = std::minmax_element(x, x + leads.samples);
  return *high - *low <= 1e-5F * std::max(std::abs(*low), std::abs(*high));
}

/// Distance of the twelve leads from their isoelectric levels, averaged over 20 ms; [samples].
std::vector<double> magnitude(const SampledLeads& leads, const Levels& levels) {
  std::vector<double> out(leads.samples);
  for (std::size_t lead = 0; lead < kLeads; ++lead) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      const double v = leads.lead(lead)[i] - levels[lead];
      out[i] += v * v;
    }
  }
  for (double& m : out) m = std::sqrt(m);
  return moving_mean(out, leads.steps(0.01));
}

/// The highest peak of the magnitude where T peaks at any usual QT interval; 0 if there is none.
std::size_t t_peak(const std::vector<double>& magnitude, const MedianBeat& beat,
                   const Limits& qrs) {
  const auto steps = [&](double seconds) { return beat.leads.steps(seconds); };
  const std::size_t near = steps(0.02);
  const std::size_t first =
      std::max(qrs.end + steps(0.04), qrs.onset + steps(0.2 * std::sqrt(beat.rr_s)));
  const std::size_t last = std::min(magnitude.size() - steps(0.01) - near,
                                    qrs.onset + steps(std::min(0.6, 0.65 * beat.rr_s)));
  std::size_t peak = 0;
  for (std::size_t i = first; i < last; ++i) {
    const double here = magnitude[i];
    if (here < magnitude[i - near] || here < magnitude[i + near]) continue;
    if (peak == 0 || here > magnitude[peak]) peak = i;
  }
  return peak;
}

/// Sample at which the tangent to the steepest descent of T meets the level that it descends to.
std::optional<double> t_end(const MedianBeat& beat, const Limits& qrs,
                            const std::vector<double>& height, std::size_t peak) {
  constexpr double kSmallest = 0.04, kRise = 0.15, kDescent = 0.4;
  const std::size_t reach = beat.leads.steps(0.008);
  const auto at = [&](std::size_t i) { return height.begin() + static_cast<std::ptrdiff_t>(i); };
  const double of_qrs = *std::max_element(at(qrs.onset), at(qrs.end));
  if (peak == 0 || height[peak] < kSmallest * of_qrs) return std::nullopt;

  std::size_t foot = peak;  // up to where U or the next P begins
  const std::size_t stop = height.size() - beat.leads.steps(0.01);
  for (std::size_t i = peak; i < stop && height[i] <= height[foot] + kRise * height[peak]; ++i)
    if (height[i] < height[foot]) foot = i;
  if (height[peak] - height[foot] < kDescent * height[peak]) return std::nullopt;

  double descent = 0, end = 0;
  for (std::size_t i = peak + reach; i + reach < foot; ++i) {
    const double here = (height[i - reach] - height[i + reach]) / static_cast<double>(2 * reach);
    if (here <= descent) continue;
    descent = here;
    end = static_cast<double>(i) + (height[i] - height[foot]) / descent;
  }
  return descent > 0 ? std::optional(end) : std::nullopt;
}

}  // namespace

std::optional<Delineation> delineate(const MedianBeat& beat) {
  const auto qrs = qrs_limits(beat);
  if (!qrs) return std::nullopt;
  Delineation out{qrs->onset, qrs->end, isoelectric_levels(beat.leads, qrs->onset), {}, 0, {}};
  out.magnitude = magnitude(beat.leads, out.level);
  out.t_peak = t_peak(out.magnitude, beat, *qrs);
  out.t_end = t_end(beat, *qrs, out.magnitude, out.t_peak);
  return out;
}

std::optional<double> qrs_axis_deg(const MedianBeat& beat, const Delineation& waves) {
  const SampledLeads& leads = beat.leads;
  constexpr double kIndeterminate = 0.05;  // share of the areas that is left
  double rectified = 0;
  const auto net = [&](std::size_t lead, double scale) {
    double sum = 0;
    for (std::size_t i = waves.qrs_onset; i <= waves.qrs_end; ++i) {
      const double v = scale * (leads.lead(lead)[i] - waves.level[lead]);
      sum += v;
      rectified += std::abs(v);
    }
    return sum;
  };
  if (flat(leads, kI) || flat(leads, kAvf)) return std::nullopt;
  const double left = net(kI, 1), down = net(kAvf, 2 / std::numbers::sqrt3);
  if (!(std::hypot(left, down) > kIndeterminate * rectified)) return std::nullopt;
  return std::atan2(down, left) * 180 / std::numbers::pi;
}

EcgMeasurements measure_ecg(std::span<const float> leads, std::size_t samples, std::size_t valid,
                            double rate_hz) {
  EcgMeasurements out;
  const auto beats = find_beats(leads, samples, valid, rate_hz);
  if (!beats) return out;
  const MedianBeat& beat = beats->median;
  const auto waves = delineate(beat);
  if (!waves) return out;
  const double step_ms = 1000 / beat.leads.rate_hz;
  out.qrs_ms = static_cast<double>(waves->qrs_end - waves->qrs_onset) * step_ms;
  out.qrs_axis_deg = qrs_axis_deg(beat, *waves);
  if (waves->t_end) out.qt_ms = (*waves->t_end - static_cast<double>(waves->qrs_onset)) * step_ms;
  const std::size_t st = waves->qrs_end + beat.leads.steps(0.06);
  for (std::size_t lead = 0; lead < kLeads; ++lead)
    if (!flat(beat.leads, lead)) out.st[lead] = beat.leads.lead(lead)[st] - waves->level[lead];
  return out;
}

}  // namespace liteheart
