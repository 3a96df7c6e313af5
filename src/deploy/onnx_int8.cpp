#include "deploy/onnx_int8.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "deploy/edge_export.h"
#include "deploy/onnx_parts.h"
#include "deploy/quantize.h"
#include "deploy/trees.h"
#include "ecg/leads.h"
#include "edge/kernels.h"

namespace liteheart {
namespace {

namespace file = edge::file;
using Sizes = std::vector<std::int64_t>;

/// A network with slots for what ONNX, which takes an operator at a time, rounds between product,
/// activation and sum, and the edge library does not.
struct Parted {
  EdgeGraph graph;
  std::vector<std::vector<int>> made;  // [slot]: what its convolution makes, itself last
  std::size_t slots;                   // from here on they are parts
};

Parted parted(const EdgeGraph& from) {
  Parted p = {from, std::vector<std::vector<int>>(from.slots.size()), from.slots.size()};
  p.graph.steps.clear();
  bool rounds = true;  // up to the transformer, whose sums are floats
  for (const EdgeStep& step : from.steps) {
    rounds = rounds && step.op != file::Op_Positions;
    auto& made = p.made[static_cast<std::size_t>(step.output)];
    const auto part = [&](bool leaky) {
      EdgeStep s = step;
      s.leaky = leaky;
      s.other = -1;
      s.output = p.graph.add_slot(from.slot(step.output));
      made.push_back(s.output);
      p.graph.steps.push_back(std::move(s));
    };
    if (step.op == file::Op_Convolution && rounds) {
      const bool adds = step.other >= 0;
      if (step.leaky || adds) part(false);
      if (step.leaky && adds) part(true);
    }
    if (step.op != file::Op_Positions) made.push_back(step.output);
    p.graph.steps.push_back(step);
  }
  return p;
}

/// Writes the operations of a quantized graph. Values are [N, channels, 1, time] up to the
/// positions, [N, time, channels] behind them and [N, channels] at the end.
class Int8Writer {
 public:
  Int8Writer(OnnxGraph& onnx, const ModelCard& card, const EdgeGraph& graph, const Parted& parts)
      : onnx_(onnx),
        card_(card),
        graph_(graph),
        parts_(parts),
        values_(graph.slots.size()),
        floats_(graph.slots.size()) {}
  /// Returns the logits.
  std::string run();

 private:
  static std::size_t at(int slot) { return static_cast<std::size_t>(slot); }
  std::string& value(int slot) { return values_[at(slot)]; }
  std::string name(int slot) const {
    return fmt::format("{}.{}", at(slot) < parts_.slots ? "value" : "part", slot);
  }
  at::Tensor scale(int slot) const { return at::scalar_tensor(graph_.slot(slot).scale); }
  at::Tensor zero(int slot) const { return at::scalar_tensor(graph_.slot(slot).zero, at::kByte); }
  /// Makes a slot's value of floats.
  void store(int slot, const std::string& x);
  /// A slot's value in floats.
  std::string floats(int slot);
  /// Constant bytes with a scale each along `axis`, as floats.
  std::string scaled(const at::Tensor& bytes, const std::vector<float>& scales, std::int64_t axis,
                     const std::string& called);
  at::Tensor weight(const EdgeStep& s) const;  // [column, channel, tap]
  /// Of the weights alone: EdgeStep's have the input's in them.
  std::vector<float> weight_scale(const EdgeStep& s) const;

  void write(const EdgeStep& s);
  std::string product(const EdgeStep& s, const std::string& called);
  std::string linear(const EdgeStep& s, const std::string& called);
  void convolution(const EdgeStep& s);
  void positions(const EdgeStep& s);
  void layer_norm(const EdgeStep& s);
  void attention(const EdgeStep& s);

  OnnxGraph& onnx_;
  const ModelCard& card_;
  const EdgeGraph& graph_;
  const Parted& parts_;
  std::vector<std::string> values_, floats_;  // [slot]: names; of bytes as they are, and as floats
  bool tokens_ = false;
};

void Int8Writer::store(int slot, const std::string& x) {
  if (!graph_.slot(slot).bytes) {
    value(slot) = x;
    return;
  }
  const auto called = name(slot) + ".bytes";
  value(slot) = onnx_.node("QuantizeLinear",
                           {x, onnx_.constant(scale(slot), called + ".scale"),
                            onnx_.constant(zero(slot), called + ".zero")},
                           called);
}

std::string Int8Writer::floats(int slot) {
  if (!graph_.slot(slot).bytes) return value(slot);
  auto& made = floats_[at(slot)];
  if (made.empty()) {
    const auto called = name(slot) + ".floats";
    made = onnx_.node("DequantizeLinear",
                      {value(slot), onnx_.constant(scale(slot), called + ".scale"),
                       onnx_.constant(zero(slot), called + ".zero")},
                      called);
  }
  return made;
}

std::string Int8Writer::scaled(const at::Tensor& bytes, const std::vector<float>& scales,
                               std::int64_t axis, const std::string& called) {
  const auto zeros = at::zeros({static_cast<std::int64_t>(scales.size())}, bytes.scalar_type());
  return onnx_.node("DequantizeLinear",
                    {onnx_.constant(bytes, called + ".bytes"),
                     onnx_.constant(at::tensor(scales), called + ".scale"),
                     onnx_.constant(zeros, called + ".zero")},
                    called, {{"axis", axis}});
}

at::Tensor Int8Writer::weight(const EdgeStep& s) const {
  const auto columns = static_cast<std::int64_t>(s.bias.size()),
             group = static_cast<std::int64_t>(edge::kDepthMultiple),
             groups = static_cast<std::int64_t>(s.weight8.size()) / columns / group,
             channels = graph_.slot(s.input).channels;
  at::Tensor bytes = at::empty({groups, columns, group}, at::kChar);
  std::copy(s.weight8.begin(), s.weight8.end(), bytes.data_ptr<std::int8_t>());
  bytes = bytes.transpose(1, 2).reshape({groups * group, columns});
  return bytes.narrow(0, 0, s.taps * channels).view({s.taps, channels, columns}).permute({2, 1, 0});
}

std::vector<float> Int8Writer::weight_scale(const EdgeStep& s) const {
  std::vector<float> scales = s.scale;
  for (float& x : scales) x /= graph_.slot(s.input).scale;
  return scales;
}

/// A convolution without activation or sum.
std::string Int8Writer::product(const EdgeStep& s, const std::string& called) {
  at::Tensor bias = at::empty({static_cast<std::int64_t>(s.bias.size())}, at::kInt);
  for (std::size_t c = 0; c < s.bias.size(); ++c)
    bias.data_ptr<int>()[c] = static_cast<int>(std::lround(s.bias[c] / s.scale[c]));
  const auto w = scaled(weight(s).unsqueeze(2), weight_scale(s), 0, called + ".weight"),
             b = scaled(bias, s.scale, 0, called + ".bias");
  return onnx_.convolution(floats(s.input), w, b, s.taps, {s.stride, s.padding}, called);
}

/// A linear layer with all that is around it, in floats.
std::string Int8Writer::linear(const EdgeStep& s, const std::string& called) {
  const bool last = s.output == graph_.logits;
  const auto columns = last ? card_.classes.size() : s.bias.size();  // without those of padding
  std::vector<float> bias(s.bias.begin(), s.bias.begin() + static_cast<std::ptrdiff_t>(columns)),
      scales = weight_scale(s);
  scales.resize(columns);
  const at::Tensor bytes =
      weight(s).squeeze(2).narrow(0, 0, static_cast<std::int64_t>(columns)).t();
  auto x = onnx_.node("MatMul", {floats(s.input), scaled(bytes, scales, 1, called + ".weight")},
                      called + ".product");
  x = onnx_.node("Add", {x, onnx_.constant(at::tensor(bias), called + ".bias")},
                 last ? "logits" : called);
  if (s.leaky) x = onnx_.leaky(x, called + ".leaky");
  if (s.other >= 0) x = onnx_.node("Add", {x, floats(s.other)}, called + ".sum");
  return x;
}

void Int8Writer::convolution(const EdgeStep& s) {
  if (tokens_) return store(s.output, linear(s, name(s.output)));
  auto to = parts_.made[at(s.output)].begin();
  const int first = *to++;
  store(first, product(s, name(first)));
  if (s.phases > 1) {
    const EdgeSlot& made = graph_.slot(first);
    value(first) = interleave(onnx_, value(first), s.phases, made.channels, made.time / s.phases,
                              value(first) + ".interleaved");
  }
  if (s.leaky) store(*to, onnx_.leaky(floats(first), name(*to))), ++to;
  if (s.other >= 0) store(*to, onnx_.node("Add", {floats(*(to - 1)), floats(s.other)}, name(*to)));
}

void Int8Writer::positions(const EdgeStep& s) {
  const EdgeSlot& slot = graph_.slot(s.output);
  auto x = onnx_.reshape(value(s.output), {0, slot.channels, slot.time}, "features");
  x = onnx_.node("Transpose", {x}, "features.turned", {{"perm", Sizes{0, 2, 1}}});
  const auto values =
      onnx_.constant(at::tensor(s.weight).view({slot.time, slot.channels}), "positions");
  value(s.output) = onnx_.node("Add", {x, values}, "tokens");
  tokens_ = true;
}

void Int8Writer::layer_norm(const EdgeStep& s) {
  const auto channels = graph_.slot(s.output).channels;
  const auto called = name(s.output);
  store(s.output, onnx_.node("LayerNormalization",
                             {value(s.input), onnx_.constant(at::ones({channels}), called + ".one"),
                              onnx_.constant(at::zeros({channels}), called + ".zero")},
                             called, {{"epsilon", 1e-5F}}));
}

void Int8Writer::attention(const EdgeStep& s) {
  const EdgeSlot& slot = graph_.slot(s.output);
  const auto called = name(s.output);
  // The queries' scale.
  const std::int64_t head = slot.channels / s.heads;
  const at::Tensor factor = at::ones({3 * slot.channels});
  factor.narrow(0, 0, slot.channels).fill_(1 / std::sqrt(static_cast<double>(head)));
  const auto qkv = onnx_.node("Mul", {value(s.input), onnx_.constant(factor, called + ".factor")},
                              called + ".scaled");
  store(s.output,
        write_attention(onnx_, qkv, {slot.time, slot.channels, s.heads, s.causal}, called));
}

void Int8Writer::write(const EdgeStep& s) {
  switch (s.op) {
    case file::Op_Convolution:
      return convolution(s);
    case file::Op_Positions:
      return positions(s);
    case file::Op_LayerNorm:
      return layer_norm(s);
    case file::Op_Attention:
      return attention(s);
    case file::Op_Maximum:
      return store(s.output, onnx_.node("ReduceMax", {value(s.input)}, "maximum",
                                        {{"axes", Sizes{1}}, {"keepdims", std::int64_t{0}}}));
    case file::Op_Leads: {
      const auto time = graph_.slot(s.output).time;
      const auto leads = write_leads(onnx_, *card_.restoration, floats(s.input), time);
      return store(s.output, onnx_.reshape(leads, {0, kLeads, 1, time}, name(s.output)));
    }
    default:
      return store(s.output, value(s.input));
  }
}

std::string Int8Writer::run() {
  const EdgeSlot& input = graph_.slot(graph_.input);
  value(graph_.input) = onnx_.reshape("window", {0, input.channels, 1, input.time}, "input");
  for (const EdgeStep& s : graph_.steps) {
    const bool part = s.op == file::Op_Convolution && at(s.output) >= parts_.slots;
    if (!part) write(s);
  }
  return value(graph_.logits);
}

}  // namespace

std::string onnx_int8_bytes(const Model& model, std::span<const float> windows) {
  require_trees_for_devices(model);
  const Model network = network_alone(model);
  const torch::NoGradGuard no_grad;
  const Parted parts = parted(edge_graph(network));
  const EdgeGraph graph = quantize(parts.graph, network.card, windows);
  return onnx_file(network.card, [&](OnnxGraph& onnx) {
    return Int8Writer(onnx, network.card, graph, parts).run();
  });
}

}  // namespace liteheart
