#include "formats/wfdb_amplitude.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace liteheart {
namespace {

constexpr double kClaimedGain = 4880, kStepMicrovolts = 4.88, kUnitsPerMillivolt = 1000;

/// Whether the recorder's steps show in the samples: by chance a fifth of all integers are a
/// multiple of 4.88 rounded, in such a recording all are.
bool on_recorder_steps(std::span<const float> mv) {
  constexpr double kNearZero = 2.5;  // 0 is on a step in every recording
  constexpr std::size_t kEnough = 200;
  constexpr double kAlmostAll = 0.99;
  std::size_t seen = 0, on_step = 0;
  for (const float value : mv) {
    if (std::isnan(value)) continue;
    const double unit = std::round(value * kClaimedGain);
    if (std::abs(unit) < kNearZero) continue;
    const double step = std::round(unit / kStepMicrovolts) * kStepMicrovolts;
    ++seen;
    on_step += std::abs(unit - step) <= 0.5 + 1e-6;
  }
  return seen >= kEnough && static_cast<double>(on_step) >= kAlmostAll * static_cast<double>(seen);
}

/// Median of the leads' ranges, in mV.
double median_range(const WfdbExcerpt& excerpt) {
  const std::size_t samples = excerpt.mv.size() / excerpt.leads;
  std::vector<double> ranges;
  for (std::size_t lead = 0; lead < excerpt.leads; ++lead) {
    float low = std::numeric_limits<float>::max(), high = std::numeric_limits<float>::lowest();
    for (const float mv : excerpt.mv.subspan(lead * samples, samples)) {
      low = mv < low ? mv : low;  // never where it is NaN
      high = mv > high ? mv : high;
    }
    ranges.push_back(low > high ? 0 : static_cast<double>(high) - low);
  }
  const auto middle = ranges.begin() + static_cast<std::ptrdiff_t>(ranges.size() / 2);
  std::nth_element(ranges.begin(), middle, ranges.end());
  return *middle;
}

}  // namespace

AmplitudeDoubt doubt_amplitude(const WfdbHeader& header, const WfdbExcerpt& excerpt) {
  AmplitudeDoubt doubt;
  const bool claimed =
      !header.signals.empty() &&
      std::all_of(header.signals.begin(), header.signals.end(), [](const WfdbSignal& signal) {
        return signal.gain == kClaimedGain && signal.baseline == 0 &&
               (signal.units.empty() || signal.units == "mV" || signal.units == "mv");
      });
  if (claimed && on_recorder_steps(excerpt.mv)) {
    doubt.factor = kClaimedGain / kUnitsPerMillivolt;
    doubt.warnings.push_back(
        "the header says 4880/mV, but the samples are uV in steps of 4.88; read as uV");
    return doubt;
  }
  if (claimed) {
    doubt.warnings.push_back(
        "the header says 4880/mV; if the samples are uV, all amplitudes are 4.88 times too small");
  }
  constexpr double kImplausibleMillivolts = 20;
  if (const double range = median_range(excerpt); range > kImplausibleMillivolts) {
    doubt.warnings.push_back(fmt::format(
        "the leads range over {:.4g} mV (median), which no heart does; the gain may be wrong",
        range));
  }
  return doubt;
}

}  // namespace liteheart
