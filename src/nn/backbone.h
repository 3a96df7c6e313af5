// The backbone of teacher and student (DESIGN "Networks").
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include <vector>

#include "nn/architecture.h"
#include "nn/convolution.h"

namespace liteheart {

/// What one forward pass shows.
struct BackboneOutput {
  torch::Tensor logits;               // [batch, class]
  std::vector<torch::Tensor> blocks;  // encoder blocks, each [batch, width, 1, time]
  std::vector<torch::Tensor> layers;  // transformer layers, each [batch, token, width]
  torch::Tensor pooled;               // maximum over the tokens, [batch, width]
  torch::Tensor class_maps;  // [batch, class, token]; where BackboneImpl was asked for them
};

struct ResidualBlockImpl : torch::nn::Module {
  ResidualBlockImpl(int in, int out, int stride);
  torch::Tensor forward(
      const torch::Tensor& x);  // [batch, in, 1, T] -> [batch, out, 1, T / stride]

  Convolution conv1{nullptr}, conv2{nullptr}, shortcut{nullptr};
  torch::nn::BatchNorm2d norm1{nullptr}, norm2{nullptr};
  int stride;
};
TORCH_MODULE(ResidualBlock);

struct TransformerLayerImpl : torch::nn::Module {
  TransformerLayerImpl(int width, int heads, bool causal);
  torch::Tensor forward(const torch::Tensor& x);  // [batch, token, width], same out

  torch::nn::LayerNorm norm1{nullptr}, norm2{nullptr};
  torch::nn::Linear qkv{nullptr}, project{nullptr}, widen{nullptr}, narrow{nullptr};
  int heads;
  bool causal;
};
TORCH_MODULE(TransformerLayer);

struct BackboneImpl : torch::nn::Module {
  explicit BackboneImpl(const BackboneShape& shape);
  /// x: [batch, lead, time]; time divides by the product of strides.
  BackboneOutput forward(const torch::Tensor& x);
  /// Encoder only: [batch, lead, time] -> the blocks' outputs.
  std::vector<torch::Tensor> encode(const torch::Tensor& x);
  /// From the last block's output on.
  BackboneOutput classify(std::vector<torch::Tensor> blocks);
  /// Class activation maps (Zhou et al., "Learning Deep Features for Discriminative Localization",
  /// CVPR 2016): what the classifier makes of each token alone, out of the last layer's [batch,
  /// token, width]. Returns [batch, class, token].
  torch::Tensor class_maps(const torch::Tensor& tokens);

  BackboneShape shape;
  torch::nn::ModuleList encoder{nullptr}, transformer{nullptr};
  torch::nn::Linear hidden{nullptr}, output{nullptr};
};
TORCH_MODULE(Backbone);

/// Sinusoidal positions [token, width], sine and cosine interleaved (Vaswani et al. 2017).
torch::Tensor sinusoidal_positions(std::int64_t tokens, std::int64_t width);

}  // namespace liteheart
