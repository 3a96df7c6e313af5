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
  std::vector<at::Tensor> into, from;  // lists of tensors: a GPU does a list at a time
  for (std::size_t i = 0; i < mean.size(); ++i) {
    if (mean[i].second.is_floating_point()) {
      into.push_back(mean[i].second);
      from.push_back(weights[i].second);
    } else {
      mean[i].second.copy_(weights[i].second);
    }
  }
  at::_foreach_add_(into, at::_foreach_sub(from, into), 1 - d);
}

}  // namespace liteheart
