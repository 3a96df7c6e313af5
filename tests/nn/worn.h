// Networks as they are after use, for tests that initialization alone would not put to the test.
#pragma once

#include <torch/nn/module.h>

namespace liteheart::test {

/// Moves weights and running statistics to where no initialization would put them; ends in eval
/// mode.
inline void wear(torch::nn::Module& net) {
  torch::NoGradGuard no_grad;
  for (auto& p : net.parameters()) p.add_(torch::randn_like(p), 0.05);
  for (auto& item : net.named_buffers()) {
    if (item.key().ends_with("running_mean")) item.value().normal_(0, 0.3);
    if (item.key().ends_with("running_var")) item.value().uniform_(0.5, 2);
  }
  net.eval();
}

}  // namespace liteheart::test
