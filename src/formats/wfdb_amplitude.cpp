#include "formats/wfdb_amplitude.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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

double median(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

}  // namespace

void check_amplitude(const WfdbHeader& header, std::span<const double> ranges_mv,
                     Recording& recording) {
  const bool claimed =
      std::all_of(header.signals.begin(), header.signals.end(), [](const WfdbSignal& signal) {
        return signal.gain == kClaimedGain && signal.baseline == 0 &&
               (signal.units.empty() || signal.units == "mV" || signal.units == "mv");
      });
  if (claimed && on_recorder_steps(recording.mv)) {
    for (float& value : recording.mv)
      value *= static_cast<float>(kClaimedGain / kUnitsPerMillivolt);
    recording.warnings.push_back(
        "the header says 4880/mV, but the samples are uV in steps of 4.88; read as uV");
    return;
  }
  if (claimed) {
    recording.warnings.push_back(
        "the header says 4880/mV; if the samples are uV, all amplitudes are 4.88 times too small");
  }
  constexpr double kImplausibleMillivolts = 20;
  if (const double range = median(ranges_mv); range > kImplausibleMillivolts) {
    recording.warnings.push_back(fmt::format(
        "the leads range over {:.4g} mV (median), which no heart does; the gain may be wrong",
        range));
  }
}

}  // namespace liteheart
