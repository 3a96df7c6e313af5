#include "explain/saliency.h"

#include <ATen/ATen.h>

namespace liteheart {
namespace {

constexpr double kMaximum = 7;  // keeps one beat of noise from owning the loss

}  // namespace

at::Tensor layer_cam(const at::Tensor& features, const at::Tensor& gradient) {
  return at::relu(gradient.to(at::kFloat) * features.to(at::kFloat)).sum(1).squeeze(1);
}

at::Tensor mean_one(const at::Tensor& map) {
  const at::Tensor flat = map.flatten(1);
  const at::Tensor mean = flat.mean(1, /*keepdim=*/true);
  const at::Tensor scaled =
      at::where(mean > 1e-12, flat / mean.clamp_min(1e-12), at::ones_like(flat));
  return scaled.view(map.sizes());
}

at::Tensor saliency_map(const at::Tensor& cam, const at::Tensor& x, const at::Tensor& gradient) {
  const auto bins = cam.size(1);
  at::Tensor lead = (x * gradient).abs().unflatten(2, {bins, x.size(2) / bins}).mean(3);
  lead = mean_one(at::avg_pool1d(lead, 3, 1, 1, /*ceil_mode=*/false, /*count_include_pad=*/false));
  const at::Tensor map = mean_one(lead * mean_one(cam).unsqueeze(1)).clamp_max(kMaximum);
  return map + (1 - map.mean({1, 2}, /*keepdim=*/true));  // what was cut off goes everywhere
}

}  // namespace liteheart
