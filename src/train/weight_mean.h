// The running mean of the weights (Polyak and Juditsky 1992; exponential form): smoother, and often
// better on unseen patients, than the weights of any one step.
#pragma once

#include <cstdint>

#include "nn/weights.h"

namespace liteheart {

/// mean <- d mean + (1 - d) weights, after step `steps` (from 1); both by position, of the same
/// names. d grows from 0.18 to `decay`, so that the first steps are soon forgotten. Counters are
/// copied.
void average_weights(const NamedTensors& mean, const NamedTensors& weights, double decay,
                     std::int64_t steps);

}  // namespace liteheart
