// Whether the arm electrodes of a 12-lead recording are swapped.
#pragma once

#include <cstddef>

namespace liteheart::edge {

/// mv: [12, samples] in the order I, II, III, aVR, aVL, aVF, V1..V6, in mV, NaN where missing.
/// Swapped arms turn lead I upside down, P included, and make aVR look like aVL; V6, which is not
/// touched, then runs against I. (With the heart on the right side V6 would run along with it.)
/// False where P, QRS and T cannot be told, as in atrial fibrillation.
bool arms_swapped(const float* mv, std::size_t samples, double rate_hz);

}  // namespace liteheart::edge
