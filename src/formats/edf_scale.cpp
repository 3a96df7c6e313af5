#include "formats/edf_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace liteheart {
namespace {

constexpr double kMicrovolts = 1000;  // in one mV
constexpr double kMostMicrovolts = 9999000;

/// In which every step of kSteps has limits of at most eight signs.
constexpr std::int16_t kEvenRange = 32700;
constexpr std::array kSteps = {5.0,  4.88, 2.5, 2.0,  1.25, 1.0, 0.5,
                               0.25, 0.2,  0.1, 0.05, 0.02, 0.01};

struct Range {
  double low = 0, high = 0;
  bool saturates = false;
};

/// Of the samples that are there, uV.
Range range_of(std::span<const float> mv) {
  Range range;
  bool any = false;
  for (const float value : mv) {
    if (!std::isfinite(value)) continue;
    const double uv = value * kMicrovolts;
    range.low = any ? std::min(range.low, uv) : uv;
    range.high = any ? std::max(range.high, uv) : uv;
    any = true;
  }
  range.saturates = range.low < -kMostMicrovolts || range.high > kMostMicrovolts;
  range.low = std::clamp(range.low, -kMostMicrovolts, kMostMicrovolts);
  range.high = std::clamp(range.high, -kMostMicrovolts, kMostMicrovolts);
  return range;
}

/// Whether all samples are whole steps, but for the rounding of floats.
bool on_steps(std::span<const float> mv, double step) {
  constexpr double kFloatRounding = 1.2e-7, kOff = 1e-3;
  return std::all_of(mv.begin(), mv.end(), [&](float value) {
    if (!std::isfinite(value)) return true;
    const double steps = value * kMicrovolts / step;
    return std::abs(steps - std::round(steps)) <= kOff + std::abs(steps) * kFloatRounding;
  });
}

std::optional<double> step_of_the_recorder(std::span<const float> mv, const Range& range) {
  const double largest = std::max(-range.low, range.high);
  for (const double step : kSteps)
    if (largest <= (kEvenRange - 1) * step && on_steps(mv, step)) return step;
  return std::nullopt;
}

/// The nearest number of at most eight signs that is not above (or not below) `uv`.
std::string eight_signs(double uv, bool below) {
  for (int decimals = 6; decimals > 0; --decimals) {
    const double unit = std::pow(10.0, decimals);
    const double rounded = below ? std::floor(uv * unit) / unit : std::ceil(uv * unit) / unit;
    std::string text = fmt::format("{:.{}f}", rounded, decimals);
    if (text.size() <= 8) return text;
  }
  return fmt::format("{:.0f}", below ? std::floor(uv) : std::ceil(uv));
}

}  // namespace

std::int16_t EdfScale::stored(float mv) const {
  if (!std::isfinite(mv)) return digital_min;
  const double steps = std::round((mv * kMicrovolts - min_uv) / step_uv);
  const double all = digital_max - digital_min;
  return static_cast<std::int16_t>(digital_min + std::clamp(steps, 1.0, all));
}

EdfScale choose_edf_scale(std::span<const float> mv) {
  const Range range = range_of(mv);
  if (const auto step = step_of_the_recorder(mv, range); step && !range.saturates) {
    const std::string limit = fmt::format("{:.0f}", kEvenRange * *step);
    return {-kEvenRange, kEvenRange, "-" + limit, limit, -kEvenRange * *step, *step, false};
  }
  constexpr double kLeast = 1e-3;  // uV
  const double margin = std::max((range.high - range.low) / 65000, kLeast);
  const std::string low = eight_signs(range.low - margin, true);
  const std::string high = eight_signs(range.high + margin, false);
  const double min_uv = std::stod(low);
  return {-32768, 32767, low, high, min_uv, (std::stod(high) - min_uv) / 65535, range.saturates};
}

}  // namespace liteheart
