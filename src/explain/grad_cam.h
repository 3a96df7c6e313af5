// Where a network looks: Grad-CAM over time, refined per lead by the input gradient.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

/// Grad-CAM (Selvaraju et al. 2017) of one convolutional layer. features, gradient (of the score by
/// the features): [batch, channel, 1, time]. Returns [batch, time], >= 0, differentiable where the
/// inputs are.
at::Tensor grad_cam(const at::Tensor& features, const at::Tensor& gradient);

/// [batch, ..., time] scaled so that each recording's mean is 1; all-zero maps become all ones.
at::Tensor mean_one(const at::Tensor& map);

/// A saliency map A over leads and time. cam: [batch, bin]; x, gradient (of the score by x):
/// [batch, lead, time], bin divides time. |x * gradient|, pooled into bins and smoothed over three,
/// says which lead; cam says when. Returns [batch, lead, bin], >= 0, mean 1, no value above 8.
at::Tensor saliency_map(const at::Tensor& cam, const at::Tensor& x, const at::Tensor& gradient);

}  // namespace liteheart
