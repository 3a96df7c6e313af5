// Convolutions over time.
#pragma once

#include <torch/nn/modules/conv.h>

namespace liteheart {

/// While it lives, convolutions on this processor are computed by the kernels of edge/ where that
/// pays (docs/method.md): in training. Without it they are libtorch's, which the edge library is
/// compared with. Of all threads.
class KernelConvolutions {
 public:
  KernelConvolutions();
  ~KernelConvolutions();
  KernelConvolutions(const KernelConvolutions&) = delete;
  KernelConvolutions& operator=(const KernelConvolutions&) = delete;
};

/// [batch, in, 1, T] -> [batch, out, 1, T / stride], zeros beside, an odd kernel. By kernels it has
/// no second derivative.
struct ConvolutionImpl : torch::nn::Conv2dImpl {
  ConvolutionImpl(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride);
  torch::Tensor forward(const torch::Tensor& x);
  /// The same of the means of each `samples` samples, for a kernel of 1: T is divided by `samples`.
  torch::Tensor of_means(const torch::Tensor& x, std::int64_t samples);
};
TORCH_MODULE(Convolution);

}  // namespace liteheart
