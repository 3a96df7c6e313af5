// Everything linear around a convolution or linear layer made part of its weights, for the writers
// of files for devices. All in double precision.
#pragma once

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include "nn/model.h"

namespace liteheart {

/// A convolution over time or a linear layer (one tap).
struct Folded {
  at::Tensor weight;  // [out, in, tap]
  at::Tensor bias;    // [out]
};

Folded fold(const torch::nn::Conv2dImpl& conv);
/// With the batch norm behind it.
Folded fold(const torch::nn::Conv2dImpl& conv, const torch::nn::BatchNorm2dImpl& norm);
Folded fold(const torch::nn::LinearImpl& linear);
/// With the scale and shift of the layer norm before it.
Folded fold(const torch::nn::LayerNormImpl& norm, const torch::nn::LinearImpl& linear);
/// Two linear layers with nothing between them as one.
Folded chained(const Folded& first, const Folded& second);

/// Average-pool by `stride`, then the 1x1 convolution, as one convolution.
Folded pooled(const Folded& f, int stride);
/// Nearest upsampling by 4, then the convolution with kernel 9 and padding 4, as one convolution
/// with kernel 3 and padding 1 that makes the four phases side by side: [phase x out, in, 3].
Folded upsampled(const Folded& f);

}  // namespace liteheart
