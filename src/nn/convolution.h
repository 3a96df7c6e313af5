// Convolutions over time.
#pragma once

#include <torch/nn/modules/conv.h>

namespace liteheart {

/// [batch, in, 1, T] -> [batch, out, 1, T / stride], zeros beside, an odd kernel. While
/// TrainingKernels live, by the kernels of edge/ where that pays (docs/method.md): then without a
/// second derivative.
struct ConvolutionImpl : torch::nn::Conv2dImpl {
  ConvolutionImpl(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride);
  torch::Tensor forward(const torch::Tensor& x);
  /// The same of the means of each `samples` samples, for a kernel of 1: T is divided by `samples`.
  torch::Tensor of_means(const torch::Tensor& x, std::int64_t samples);
};
TORCH_MODULE(Convolution);

}  // namespace liteheart
