#include "deploy/onnx_export.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>

#include "deploy/fold.h"
#include "deploy/onnx_parts.h"
#include "deploy/trees.h"
#include "ecg/leads.h"

namespace liteheart {
namespace {

using Sizes = std::vector<std::int64_t>;

constexpr std::int64_t kPhases = 4;  // samples that the restoration net makes at a time

// The graph is what ONNX Runtime runs fastest: convolutions over [N, channels, 1, time], each
// LeakyReLU right behind one, upsampling as phases side by side that are interleaved afterwards
// (against Resize: 0.9 of the time), shortcuts pooled first, leads mixed by a matrix.

/// Returns the 12 leads, "restored": [N, 12, time].
std::string write_restoration(OnnxGraph& graph, const RestorationImpl& net, const std::string& x,
                              std::int64_t time) {
  // The convolutions in RestorationImpl's order, the head behind them.
  const auto folded = [&](std::size_t i) {
    return fold(net.convolutions->at<torch::nn::Conv2dImpl>(i),
                net.norms->at<torch::nn::BatchNorm2dImpl>(i));
  };
  const auto name = [](std::size_t i) { return fmt::format("restoration.{}", i); };
  const auto step = [&](std::size_t i, const std::string& from, int stride = 1) {
    return graph.convolution(from, folded(i), {stride, 4, true}, name(i));
  };
  const auto step_up = [&](std::size_t i, const std::string& from, std::int64_t from_time) {
    const Folded f = folded(i);
    const auto phases = graph.convolution(from, upsampled(f), {1, 1, true}, name(i));
    return interleave(graph, phases, kPhases, f.weight.size(0), from_time,
                      name(i) + ".interleaved");
  };
  const auto sum = [&](const std::string& a, const std::string& b) {
    return graph.node("Add", {a, b}, a + ".sum");
  };
  const auto top = step(1, step(0, x, 4));
  const auto middle = step(3, step(2, top, 4));
  auto bottom = step(4, middle, 4);
  bottom = sum(step(6, step(5, bottom)), bottom);
  bottom = sum(step(8, step(7, bottom)), bottom);
  auto y = step(10, sum(step_up(9, bottom, time / 64), middle));
  y = step(12, sum(step_up(11, y, time / 16), top));
  y = graph.convolution(y, fold(*net.head), {1, 4, false}, "restoration.head");

  y = interleave(graph, y, kPhases, net.head->weight.size(0) / kPhases, time / kPhases,
                 "restoration.predicted");
  return write_leads(graph, net.shape, y, time);
}

std::string write_norm(OnnxGraph& graph, const torch::nn::LayerNormImpl& norm, const std::string& x,
                       const std::string& name) {
  return graph.node("LayerNormalization",
                    {x, graph.constant(norm.weight.detach(), name + ".scale"),
                     graph.constant(norm.bias.detach(), name + ".shift")},
                    name, {{"epsilon", static_cast<float>(norm.options.eps())}});
}

/// A linear layer to queries, keys and values, the queries divided by the square root of a head's
/// width.
Folded scaled_qkv(const TransformerLayerImpl& layer) {
  const std::int64_t width = layer.project->weight.size(0), head = width / layer.heads;
  const double scale = 1 / std::sqrt(static_cast<double>(head));
  Folded qkv = fold(*layer.qkv);
  qkv.weight.narrow(0, 0, width).mul_(scale);
  qkv.bias.narrow(0, 0, width).mul_(scale);
  return qkv;
}

/// x: [N, tokens, width], same out.
std::string write_layer(OnnxGraph& graph, const TransformerLayerImpl& layer, const std::string& x,
                        std::int64_t tokens, const std::string& name) {
  const auto first = write_norm(graph, *layer.norm1, x, name + ".norm1");
  const auto qkv = graph.linear(first, scaled_qkv(layer), name + ".qkv");
  const auto seen = write_attention(
      graph, qkv, {tokens, layer.project->weight.size(0), layer.heads, layer.causal},
      name + ".attention");
  const auto mixed = graph.linear(seen, fold(*layer.project), name + ".project");
  const auto y = graph.node("Add", {mixed, x}, name + ".attended");
  const auto second = write_norm(graph, *layer.norm2, y, name + ".norm2");
  const auto wide =
      graph.leaky(graph.linear(second, fold(*layer.widen), name + ".widen"), name + ".leaky");
  return graph.node("Add", {graph.linear(wide, fold(*layer.narrow), name + ".narrow"), y}, name);
}

/// x: [N, leads, 1, time]. Returns the logits, "logits": [N, classes].
std::string write_backbone(OnnxGraph& graph, const BackboneImpl& net, std::string x,
                           std::int64_t time) {
  int number = 0;
  for (const auto& module : *net.encoder) {
    const auto& block = *module->as<ResidualBlockImpl>();
    const auto name = fmt::format("encoder.{}", number++);
    const Sizes stride = {1, block.stride};
    const auto first = graph.convolution(x, fold(*block.conv1, *block.norm1),
                                         {block.stride, 4, true}, name + ".conv1");
    const auto second =
        graph.convolution(first, fold(*block.conv2, *block.norm2), {1, 4, true}, name + ".conv2");
    const auto pool = graph.node("AveragePool", {x}, name + ".pool",
                                 {{"kernel_shape", stride}, {"strides", stride}});
    const auto shortcut = graph.convolution(pool, fold(*block.shortcut), {}, name + ".shortcut");
    x = graph.node("Add", {second, shortcut}, name);
    time /= block.stride;
  }
  const std::int64_t width = net.shape.width;
  x = graph.reshape(x, {0, width, time}, "features");
  x = graph.node("Transpose", {x}, "features.turned", {{"perm", Sizes{0, 2, 1}}});
  x = graph.node("Add", {x, graph.constant(sinusoidal_positions(time, width), "positions")},
                 "tokens");
  number = 0;
  for (const auto& module : *net.transformer) {
    x = write_layer(graph, *module->as<TransformerLayerImpl>(), x, time,
                    fmt::format("transformer.{}", number++));
  }
  x = graph.node("ReduceMax", {x}, "maximum", {{"axes", Sizes{1}}, {"keepdims", std::int64_t{0}}});
  // No activation stands between the last two layers: they are one.
  return graph.linear(x, chained(fold(*net.hidden), fold(*net.output)), "logits");
}

}  // namespace

std::string onnx_bytes(const Model& model) {
  require_trees_for_devices(model);
  const Model network = network_alone(model);
  torch::NoGradGuard no_grad;
  const ModelCard& card = network.card;
  return onnx_file(card, [&](OnnxGraph& graph) {
    const std::int64_t time = card.conditioning.window;
    auto x = graph.reshape("window", {0, static_cast<std::int64_t>(card.leads.size()), 1, time},
                           "input");
    if (card.restoration) {
      x = write_restoration(graph, *network.restoration, x, time);
      x = graph.reshape(x, {0, kLeads, 1, time}, "restored.input");
    }
    return write_backbone(graph, *network.backbone, x, time);
  });
}

}  // namespace liteheart
