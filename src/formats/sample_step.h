// Steps in which samples are stored as whole numbers.
#pragma once

#include <cstdint>
#include <span>

namespace liteheart {

inline constexpr int kMostUnits = 32767;

/// The step in uV at which 16 bits hold all values: a usual one of devices (1, 1.25, 2.5, 4.88 uV,
/// ...) if that loses nothing, else the smallest that holds the largest value, in seven digits.
double step_microvolts(std::span<const float> mv);
/// The nearest whole number of steps, within +-kMostUnits. mv must not be NaN.
std::int16_t in_steps(float mv, double step_uv);

}  // namespace liteheart
