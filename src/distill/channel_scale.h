// Teacher features standardized channel by channel, so that a squared distance to them means the
// same for every teacher and layer: 1 is what guessing the mean costs.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

struct ChannelScale {
  at::Tensor mean, sd;  // [1, channel, 1]
};

/// Of all training records: features [record, channel, bin], of which some thousand spread evenly
/// are looked at.
ChannelScale channel_scale(const at::Tensor& features);

/// features: [batch, channel, bin].
at::Tensor standardized(const at::Tensor& features, const ChannelScale& scale);

}  // namespace liteheart
