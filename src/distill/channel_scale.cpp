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

}  // namespace liteheart
