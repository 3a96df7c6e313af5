#include "distill/channel_scale.h"

#include <ATen/ATen.h>

namespace liteheart {

ChannelScale channel_scale(const at::Tensor& features) {
  constexpr std::int64_t kEnough = 1024;
  const at::Tensor some =
      features.slice(0, 0, features.size(0), 1 + features.size(0) / kEnough).to(at::kFloat);
  const at::Tensor mean = some.mean(at::IntArrayRef{0, 2}, true);
  return {mean, (some - mean).square().mean(at::IntArrayRef{0, 2}, true).sqrt().clamp_min(1e-3)};
}

at::Tensor standardized(const at::Tensor& features, const ChannelScale& scale) {
  return (features - scale.mean) / scale.sd;
}

StandardizedBlocks::StandardizedBlocks(const std::vector<at::Tensor>& all,
                                       const at::Device& device) {
  for (const at::Tensor& block : all) {
    const ChannelScale scale = channel_scale(block);
    scales_.push_back({scale.mean.to(device), scale.sd.to(device)});
  }
}

at::Tensor StandardizedBlocks::operator()(const std::vector<at::Tensor>& blocks,
                                          std::size_t block) const {
  return standardized(blocks[block], scales_[block]);
}

}  // namespace liteheart
