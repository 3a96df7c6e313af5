// Teacher features standardized channel by channel, so that a squared distance to them means the
// same for every teacher and layer: 1 is what guessing the mean costs.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace liteheart {

struct ChannelScale {
  at::Tensor mean, sd;  // [1, channel, 1]
};

/// Of all training records: features [record, channel, bin], of which some thousand spread evenly
/// are looked at.
ChannelScale channel_scale(const at::Tensor& features);

/// features: [batch, channel, bin].
at::Tensor standardized(const at::Tensor& features, const ChannelScale& scale);

/// A teacher's encoder blocks, each standardized over all training records.
class StandardizedBlocks {
 public:
  StandardizedBlocks() = default;
  /// all: a block each, [record, channel, bin]; device: of the batches to come.
  StandardizedBlocks(const std::vector<at::Tensor>& all, const at::Device& device);
  /// blocks: of a batch. Returns that block's features.
  at::Tensor operator()(const std::vector<at::Tensor>& blocks, std::size_t block) const;

 private:
  std::vector<ChannelScale> scales_;
};

}  // namespace liteheart
