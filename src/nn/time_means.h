// Means over time.
#pragma once

#include <torch/types.h>

namespace liteheart {

/// The means of each `samples` samples: [batch, channel, 1, time] -> [batch, channel, 1, time /
/// samples]; time is a multiple of `samples`. While TrainingKernels live by a loop, in the type of
/// x, with sums in floats and without a second derivative.
torch::Tensor time_means(const torch::Tensor& x, std::int64_t samples);

}  // namespace liteheart
