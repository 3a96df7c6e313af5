// What can be measured on a window of conditioned leads without a reader: numbers that diagnoses
// are defined by, for BoostedTrees.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "edge/measure.h"

namespace liteheart {

using edge::kMeasurements;
using edge::kMeasurementsVersion;

/// What edge::measure_window says, [kMeasurements], NaN where unknown. leads: [given, samples], as
/// a model is given them; zeros at the end are padding. which: [given], ascending, of kLeadNames.
/// Never an error: of leads that do not fit nothing is known.
std::vector<float> measure_window(std::span<const float> leads, std::span<const std::uint8_t> which,
                                  double rate_hz);

}  // namespace liteheart
