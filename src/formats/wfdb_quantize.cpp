#include "formats/wfdb_quantize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

namespace liteheart {
namespace {

constexpr double kLargestUnits = 32767, kFinestGain = 1e5, kLargestMillivolts = 1e4;
constexpr std::int16_t kMissing = -32768;

double bounded(float mv) {
  return std::clamp(static_cast<double>(mv), -kLargestMillivolts, kLargestMillivolts);
}

/// All values that are there, ascending, each once.
std::vector<double> distinct(std::span<const float> mv) {
  std::vector<double> values;
  for (const float value : mv)
    if (!std::isnan(value)) values.push_back(bounded(value));
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

double largest(const std::vector<double>& values) {
  return values.empty() ? 0 : std::max(std::abs(values.front()), std::abs(values.back()));
}

/// The step of which all values are multiples, as far as floats can tell. It is first guessed from
/// the smallest distance, then made exact by ever longer ones.
std::optional<double> common_step(const std::vector<double>& values) {
  constexpr double kTolerance = 0.1;  // of a step
  std::vector<double> distances;
  for (std::size_t i = 1; i < values.size(); ++i) distances.push_back(values[i] - values[i - 1]);
  for (const double value : {values.front(), values.back()})
    if (value != 0) distances.push_back(std::abs(value));
  std::sort(distances.begin(), distances.end());
  double step = distances.empty() ? 0 : distances.front(), length = 0, steps = 0;
  if (step <= 0 || largest(values) / step > 1.01 * kLargestUnits) return {};
  for (const double distance : distances) {
    const double count = std::round(distance / step);
    if (std::abs(distance / step - count) > kTolerance) return {};
    length += distance;
    steps += count;
    step = length / steps;
  }
  return step;
}

/// How far the values are from multiples of 1 / gain, at most, in mV.
double farthest(const std::vector<double>& values, double gain) {
  double error = 0;
  for (const double value : values)
    error = std::max(error, std::abs(value - std::round(value * gain) / gain));
  return error;
}

double rounded_to(double number, int digits) {
  const double unit = std::pow(10, std::floor(std::log10(number)) + 1 - digits);
  return std::round(number / unit) * unit;
}

/// The gain of the step, with the fewest digits that lose nothing.
std::optional<double> exact_gain(const std::vector<double>& values, double step) {
  constexpr double kFloatError = 1.2e-7;
  const double tolerance = kFloatError * largest(values);
  for (const int digits : {1, 2, 3, 4, 5, 6, 7, 9}) {
    const double gain = rounded_to(1 / step, digits);
    if (std::abs(gain * step - 1) < 1e-3 && farthest(values, gain) <= tolerance) return gain;
  }
  return {};
}

/// Down, so that the range still fits.
double rounded_down(double gain) {
  const double unit = std::pow(10, std::floor(std::log10(gain)) - 3);
  return std::floor(gain / unit) * unit;
}

}  // namespace

std::int16_t WfdbGain::units(float mv) const {
  if (std::isnan(mv)) return kMissing;
  return static_cast<std::int16_t>(
      std::clamp(std::round(bounded(mv) * gain) + baseline, -kLargestUnits, kLargestUnits));
}

WfdbGain choose_wfdb_gain(std::span<const float> mv) {
  const std::vector<double> values = distinct(mv);
  if (largest(values) == 0) return {};
  if (const auto step = common_step(values)) {
    const auto gain = exact_gain(values, *step);
    if (gain && *gain <= kFinestGain && largest(values) * *gain <= kLargestUnits) return {*gain, 0};
  }
  const double middle = (values.front() + values.back()) / 2;
  const double half = (values.back() - values.front()) / 2;
  // A gain that fits both the range and, since the baseline is an integer, a constant lead.
  const double fit = (kLargestUnits - 1) / std::max(half, largest(values) / kLargestUnits);
  WfdbGain chosen;
  chosen.gain = rounded_down(std::min(fit, kFinestGain));
  chosen.baseline = -static_cast<int>(std::lround(middle * chosen.gain));
  return chosen;
}

}  // namespace liteheart
