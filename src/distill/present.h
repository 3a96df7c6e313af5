// Which labels a record has, for losses that treat present and absent labels apart.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

/// Where the truth is known (target: [labelled, class], of the first records; mixed records have
/// values between 0 and 1) it decides, elsewhere the teacher (probability: [batch, class]): at
/// least one half. Returns bool [batch, class].
at::Tensor present_labels(const at::Tensor& target, const at::Tensor& teacher_probability);

}  // namespace liteheart
