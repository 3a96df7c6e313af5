#include "nn/backbone.h"

#include <cmath>

#include "nn/leaky_norm.h"

namespace liteheart {

torch::Tensor sinusoidal_positions(std::int64_t tokens, std::int64_t width) {
  torch::Tensor table = torch::empty({tokens, width});
  auto at = table.accessor<float, 2>();
  for (std::int64_t t = 0; t < tokens; ++t) {
    for (std::int64_t d = 0; d < width; ++d) {
      const double angle =
          static_cast<double>(t) * std::exp(-std::log(10000.0) * static_cast<double>(d - d % 2) /
                                            static_cast<double>(width));
      at[t][d] = static_cast<float>(d % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
  }
  return table;
}

ResidualBlockImpl::ResidualBlockImpl(int in, int out, int block_stride) : stride(block_stride) {
  conv1 = register_module("conv1", Convolution(in, out, kConvolutionTaps, stride));
  norm1 = register_module("norm1", torch::nn::BatchNorm2d(out));
  conv2 = register_module("conv2", Convolution(out, out, kConvolutionTaps, 1));
  norm2 = register_module("norm2", torch::nn::BatchNorm2d(out));
  shortcut = register_module("shortcut", Convolution(in, out, 1, 1));
}

torch::Tensor ResidualBlockImpl::forward(const torch::Tensor& x) {
  const torch::Tensor y = leaky_norm(conv1(x), *norm1, kLeakySlope);
  return leaky_norm(conv2(y), *norm2, kLeakySlope, shortcut->of_means(x, stride));
}

TransformerLayerImpl::TransformerLayerImpl(int width, int layer_heads, bool is_causal)
    : heads(layer_heads), causal(is_causal) {
  norm1 = register_module("norm1", torch::nn::LayerNorm(torch::nn::LayerNormOptions({width})));
  qkv = register_module("qkv", torch::nn::Linear(width, 3 * width));
  project = register_module("project", torch::nn::Linear(width, width));
  norm2 = register_module("norm2", torch::nn::LayerNorm(torch::nn::LayerNormOptions({width})));
  widen = register_module("widen", torch::nn::Linear(width, 4 * width));
  narrow = register_module("narrow", torch::nn::Linear(4 * width, width));
}

torch::Tensor TransformerLayerImpl::forward(const torch::Tensor& x) {
  const auto batch = x.size(0), tokens = x.size(1), width = x.size(2);
  const auto head_width = width / heads;
  const auto split = qkv(norm1(x))
                         .view({batch, tokens, 3, heads, head_width})
                         .permute({2, 0, 3, 1, 4})
                         .unbind(0);  // each [batch, head, token, head_width]
  const torch::Tensor query = split[0] / std::sqrt(static_cast<double>(head_width));
  torch::Tensor score = torch::matmul(query, split[1].transpose(2, 3));
  if (causal) {
    const auto future = torch::ones({tokens, tokens}, score.options().dtype(torch::kBool)).triu(1);
    score = score.masked_fill(future, -1e30);
  }
  const torch::Tensor mixed = torch::matmul(torch::softmax(score, -1), split[2]);
  const torch::Tensor y = x + project(mixed.transpose(1, 2).reshape({batch, tokens, width}));
  return y + narrow(torch::leaky_relu(widen(norm2(y)), kLeakySlope));
}

BackboneImpl::BackboneImpl(const BackboneShape& backbone_shape) : shape(backbone_shape) {
  encoder = register_module("encoder", torch::nn::ModuleList());
  int in = shape.leads;
  for (const int stride : shape.strides) {
    encoder->push_back(ResidualBlock(in, shape.width, stride));
    in = shape.width;
  }
  transformer = register_module("transformer", torch::nn::ModuleList());
  for (int layer = 0; layer < shape.layers; ++layer) {
    transformer->push_back(TransformerLayer(shape.width, shape.heads, shape.causal));
  }
  hidden = register_module("hidden", torch::nn::Linear(shape.width, shape.width));
  output = register_module("output", torch::nn::Linear(shape.width, shape.classes));
}

std::vector<torch::Tensor> BackboneImpl::encode(const torch::Tensor& x) {
  std::vector<torch::Tensor> blocks;
  torch::Tensor y = x.unsqueeze(2).contiguous(torch::MemoryFormat::ChannelsLast);
  for (const auto& block : *encoder) {
    y = block->as<ResidualBlockImpl>()->forward(y);
    blocks.push_back(y);
  }
  return blocks;
}

BackboneOutput BackboneImpl::classify(std::vector<torch::Tensor> blocks) {
  BackboneOutput out;
  out.blocks = std::move(blocks);
  // The residual stream stays fp32 under autocast: layer_norm wants input and weights of one type.
  torch::Tensor tokens = out.blocks.back().squeeze(2).transpose(1, 2).to(torch::kFloat);
  tokens = tokens + sinusoidal_positions(tokens.size(1), tokens.size(2)).to(tokens.options());
  for (const auto& layer : *transformer) {
    tokens = layer->as<TransformerLayerImpl>()->forward(tokens);
    out.layers.push_back(tokens);
  }
  out.pooled = std::get<0>(tokens.max(1));
  out.logits = output(hidden(out.pooled)).to(torch::kFloat);
  return out;
}

torch::Tensor BackboneImpl::class_maps(const torch::Tensor& tokens) {
  return output(hidden(tokens)).to(torch::kFloat).transpose(1, 2);
}

BackboneOutput BackboneImpl::forward(const torch::Tensor& x) { return classify(encode(x)); }

}  // namespace liteheart
