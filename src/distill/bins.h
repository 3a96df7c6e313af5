// The time axis in the bins in which teacher and student are compared, whatever their strides.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

/// [batch, channel, time] of any type of float -> [batch, channel, bin], floats, by averages.
at::Tensor in_bins(const at::Tensor& x, std::int64_t bins);

}  // namespace liteheart
