// The restoration net: measured leads -> 12 leads.
//
// A U-Net whose stem and head work in steps of four samples (the head is a sub-pixel convolution),
// so that nothing is ever stored at full resolution but input and output: [T/4, w] -> [T/16, 2w] ->
// [T/64, 2w] with two residual blocks there, and back, nearest upsampling and convolution, skips
// added. Kernel 9 throughout. The measured leads are passed through.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>

#include "nn/architecture.h"
#include "nn/convolution.h"

namespace liteheart {

struct RestorationImpl : torch::nn::Module {
  explicit RestorationImpl(const RestorationShape& shape);
  /// x: [batch, measured lead, time], time divisible by 64 -> [batch, 12, time], same units.
  torch::Tensor forward(const torch::Tensor& x);

  RestorationShape shape;
  torch::nn::ModuleList convolutions{nullptr}, norms{nullptr};
  Convolution head{nullptr};

 private:
  /// A convolution with its norm and activation; `beside`, if any, is added.
  torch::Tensor step(std::size_t index, const torch::Tensor& x, const torch::Tensor& beside = {});
};
TORCH_MODULE(Restoration);

}  // namespace liteheart
