// Batch norm, leaky ReLU and the sum with a shortcut in one.
#pragma once

#include <torch/nn/modules/batchnorm.h>

namespace liteheart {

/// leaky_relu(norm(x), slope) + beside, beside being as x or undefined (nothing is added); x:
/// [batch, channel, 1, time]; slope: from 0 to 1. While TrainingKernels live, a norm in training on
/// this processor takes two passes through memory each way, where libtorch makes passes for each of
/// the three: in the type of x, to which `beside` is cast, with sums in floats and doubles, and
/// without a second derivative.
torch::Tensor leaky_norm(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm, double slope,
                         const torch::Tensor& beside = {});

}  // namespace liteheart
