#include "formats/sample_step.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace liteheart {
namespace {

bool fits(std::span<const float> mv, double step) {
  constexpr double kTolerance = 1e-3;
  return std::all_of(mv.begin(), mv.end(), [&](float value) {
    if (!std::isfinite(value)) return true;
    const double units = double{value} * 1000 / step;
    return std::abs(units) <= kMostUnits && std::abs(units - std::round(units)) < kTolerance;
  });
}

}  // namespace

double step_microvolts(std::span<const float> mv) {
  constexpr std::array kUsual = {5.0, 4.88, 2.5, 1.25, 1.0, 0.5};
  for (const double step : kUsual)
    if (fits(mv, step)) return step;
  double largest = 0;
  for (const float value : mv)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(double{value}) * 1000);
  // Rounded up to seven digits.
  const double step = largest / kMostUnits;
  const double unit = std::pow(10, std::floor(std::log10(step)) - 6);
  return std::ceil(step / unit) * unit;
}

std::int16_t in_steps(float mv, double step_uv) {
  const double units = double{mv} * 1000 / step_uv;
  return static_cast<std::int16_t>(std::lround(std::clamp<double>(units, -kMostUnits, kMostUnits)));
}

}  // namespace liteheart
