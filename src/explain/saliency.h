// Where a network looks: LayerCAM over time, refined per lead by the input gradient.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

/// LayerCAM (Jiang et al., "LayerCAM: Exploring Hierarchical Class Activation Maps for
/// Localization", IEEE TIP 2021) of one convolutional layer whose activations may be negative: the
/// sum of what its channels say for the score at each moment, each by the gradient there. Grad-CAM
/// (Selvaraju et al. 2017) takes a channel's mean gradient over time, which behind a maximum over
/// time, as HCCI's head is one, says of every moment what is true of the one that was chosen.
/// features, gradient (of the score by the features): [batch, channel, 1, time]. Returns [batch,
/// time], >= 0, differentiable where the inputs are.
at::Tensor layer_cam(const at::Tensor& features, const at::Tensor& gradient);

/// [batch, ..., time] scaled so that each recording's mean is 1; all-zero maps become all ones.
at::Tensor mean_one(const at::Tensor& map);

/// A saliency map A over leads and time. cam: [batch, bin]; x, gradient (of the score by x):
/// [batch, lead, time], bin divides time. |x * gradient|, pooled into bins and smoothed over three,
/// says which lead; cam says when. Returns [batch, lead, bin], >= 0, mean 1, no value above 8.
at::Tensor saliency_map(const at::Tensor& cam, const at::Tensor& x, const at::Tensor& gradient);

}  // namespace liteheart
