// AdamW (Loshchilov and Hutter 2019). libtorch's own keys its state differently from release to
// release, and the state has to be saved.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace liteheart {

class AdamW {
 public:
  AdamW(std::vector<at::Tensor> parameters, double weight_decay);
  /// Clips the gradients to norm `clip`, then updates. Parameters without a gradient stay. Returns
  /// the norm before.
  double step(double learning_rate, double clip);
  void zero_grad();

  std::vector<at::Tensor> first, second;  // moments, as the parameters
  std::int64_t steps = 0;

 private:
  std::vector<at::Tensor> parameters_;
  double weight_decay_;
};

}  // namespace liteheart
