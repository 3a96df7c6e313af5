// What can be measured on a window of twelve conditioned leads without a reader: numbers that
// diagnoses are defined by, for BoostedTrees.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace liteheart {

/// How many numbers, and the version of their list: what was learned from one list means nothing on
/// another.
inline constexpr std::size_t kMeasurements = 191;
inline constexpr int kMeasurementsVersion = 2;

/// [kMeasurements], NaN where unknown: durations of QRS and QT, the frontal axis, the deflections
/// of QRS, ST and T of each lead, P, the intervals between beats and beats that are early or unlike
/// the others; times in ms, heights in the leads' unit. leads: [12, samples], as a model is given
/// them; zeros at the end are padding. Never an error: without beats nothing is known.
std::vector<float> measure_window(std::span<const float> leads, double rate_hz);

}  // namespace liteheart
