#include "train/weight_mean.h"

#include <ATen/ATen.h>
#include <torch/utils.h>

#include <algorithm>

namespace liteheart {

void average_weights(const NamedTensors& mean, const NamedTensors& weights, double decay,
                     std::int64_t steps) {
  torch::NoGradGuard no_grad;
  const auto n = static_cast<double>(steps);
  const double d = std::min(decay, (1 + n) / (10 + n));
  for (std::size_t i = 0; i < mean.size(); ++i) {
    at::Tensor into = mean[i].second;
    const at::Tensor& from = weights[i].second;
    if (into.is_floating_point()) {
      into.lerp_(from, 1 - d);
    } else {
      into.copy_(from);
    }
  }
}

}  // namespace liteheart
