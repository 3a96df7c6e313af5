#include "edge/delineate.h"

#include <algorithm>
#include <cmath>

namespace liteheart::edge {
namespace {

constexpr double kPi = 3.14159265358979323846, kSqrt3 = 1.73205080756887729353;
constexpr std::size_t kI = 0, kAvf = 5;  // numbers of leads

struct Limits {
  std::size_t onset = 0, end = 0;
};

/// Outwards from the centre while the slope exceeds the threshold, with rests of less than 30 ms;
/// not beyond 190 ms.
Limits limits_above(const double* slope, double threshold, const MedianBeat& beat) {
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
/// that. scratch: [2, samples].
std::optional<Limits> qrs_limits(const MedianBeat& beat, double* scratch) {
  constexpr double kShares[] = {0.08, 0.12, 0.18};
  const auto steps = [&](double seconds) { return beat.leads.steps(seconds); };
  double* const slope = scratch;
  squared_slope(beat.leads, slope);
  for (std::size_t i = 0; i < beat.leads.samples; ++i) slope[i] = std::sqrt(slope[i]);
  // However long before QRS the beat begins, what is usual is that of its last 250 ms and after.
  const std::size_t first = beat.centre - steps(0.25), count = beat.leads.samples - first;
  double* const ranked = scratch + beat.leads.samples;
  std::copy_n(slope + first, count, ranked);
  std::nth_element(ranked, ranked + count / 4, ranked + count);
  const double quarter = ranked[count / 4];
  const double* const centre = slope + beat.centre;
  const double peak = *std::max_element(centre - steps(0.06), centre + steps(0.06));
  for (const double share : kShares) {
    const Limits qrs = limits_above(slope, quarter + share * (peak - quarter), beat);
    const bool within_reach =
        qrs.end <= beat.centre + steps(0.16) && beat.centre <= qrs.onset + steps(0.16);
    const std::size_t duration = qrs.end - qrs.onset;
    if (within_reach && duration >= steps(0.03) && duration <= steps(0.2)) return qrs;
  }
  return std::nullopt;
}

double mean(const float* x, std::size_t from, std::size_t to) {
  double sum = 0;
  for (std::size_t i = from; i < to; ++i) sum += static_cast<double>(x[i]);
  return sum / static_cast<double>(to - from);
}

/// Distance of the leads from their isoelectric levels, averaged over 20 ms.
void take_magnitude(const SampledLeads& leads, const std::array<double, kStandardLeads>& levels,
                    double* out, double* kept) {
  std::fill_n(out, leads.samples, 0.0);
  for (std::size_t lead = 0; lead < leads.count; ++lead) {
    for (std::size_t i = 0; i < leads.samples; ++i) {
      const double v = static_cast<double>(leads.lead(lead)[i]) - levels[lead];
      out[i] += v * v;
    }
  }
  for (std::size_t i = 0; i < leads.samples; ++i) out[i] = std::sqrt(out[i]);
  moving_mean(out, leads.samples, leads.steps(0.01), kept);
}

/// The highest peak of the magnitude where T peaks at any usual QT interval; 0 if there is none.
std::size_t t_peak(const double* magnitude, const MedianBeat& beat, const Limits& qrs) {
  const auto steps = [&](double seconds) { return beat.leads.steps(seconds); };
  const std::size_t near = steps(0.02);
  const std::size_t first =
      std::max(qrs.end + steps(0.04), qrs.onset + steps(0.2 * std::sqrt(beat.rr_s)));
  const std::size_t last = std::min(beat.leads.samples - steps(0.01) - near,
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
std::optional<double> t_end(const MedianBeat& beat, const Limits& qrs, const double* height,
                            std::size_t peak) {
  constexpr double kSmallest = 0.04, kRise = 0.15, kDescent = 0.4;
  const std::size_t reach = beat.leads.steps(0.008);
  const double of_qrs = *std::max_element(height + qrs.onset, height + qrs.end);
  if (peak == 0 || height[peak] < kSmallest * of_qrs) return std::nullopt;

  std::size_t foot = peak;  // up to where U or the next P begins
  const std::size_t stop = beat.leads.samples - beat.leads.steps(0.01);
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

std::optional<Delineation> delineate(const MedianBeat& beat, const BeatMemory& memory) {
  const auto qrs = qrs_limits(beat, memory.scratch);
  if (!qrs) return std::nullopt;
  Delineation out;
  out.qrs_onset = qrs->onset, out.qrs_end = qrs->end;
  // Of the 16 ms that end 4 ms before QRS: the PR segment, or what there is in its place.
  const SampledLeads& leads = beat.leads;
  for (std::size_t lead = 0; lead < leads.count; ++lead)
    out.level[lead] =
        mean(leads.lead(lead), qrs->onset - leads.steps(0.02), qrs->onset - leads.steps(0.004));
  take_magnitude(leads, out.level, memory.scratch, memory.kept);
  out.magnitude = memory.scratch;
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
      const double v = scale * (static_cast<double>(leads.lead(lead)[i]) - waves.level[lead]);
      sum += v;
      rectified += std::abs(v);
    }
    return sum;
  };
  const auto i = leads.find(kI), avf = leads.find(kAvf);
  if (!i || !avf || is_constant(leads, *i) || is_constant(leads, *avf)) return std::nullopt;
  const double left = net(*i, 1), down = net(*avf, 2 / kSqrt3);
  if (!(std::hypot(left, down) > kIndeterminate * rectified)) return std::nullopt;
  return std::atan2(down, left) * 180 / kPi;
}

bool is_constant(const SampledLeads& leads, std::size_t i) {
  const float* x = leads.lead(i);
  const auto [low, high] = std::minmax_element(x, x + leads.samples);
  return *high - *low <= 1e-5F * std::max(std::abs(*low), std::abs(*high));
}

}  // namespace liteheart::edge
