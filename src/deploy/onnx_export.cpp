#include "deploy/onnx_export.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>

#include "deploy/onnx_graph.h"
#include "ecg/leads.h"
#include "eval/report.h"

namespace liteheart {
namespace {

using Sizes = std::vector<std::int64_t>;

constexpr std::int64_t kPhases = 4;  // samples that the restoration net makes at a time

// The graph is what ONNX Runtime runs fastest: convolutions over [N, channels, 1, time], each
// LeakyReLU right behind one, upsampling as phases side by side that are interleaved afterwards
// (against Resize: 0.9 of the time), shortcuts pooled first, leads mixed by a matrix.

/// x: [N, phases x channels, 1, time] -> [N, channels, 1, phases x time].
std::string interleave(OnnxGraph& graph, const std::string& x, std::int64_t channels,
                       std::int64_t time, const std::string& name) {
  const auto phases = graph.reshape(x, {0, kPhases, channels, time}, name + ".phases");
  const auto turned =
      graph.node("Transpose", {phases}, name + ".turned", {{"perm", Sizes{0, 2, 3, 1}}});
  return graph.reshape(turned, {0, channels, 1, kPhases * time}, name);
}

/// The 12 leads as a mixture of the predicted and, behind them, the measured leads: [12, predicted
/// + measured]. Measured leads are passed through; see RestorationImpl::forward.
at::Tensor lead_mixture(const RestorationShape& shape) {
  const std::int64_t predicted = shape.derive_limb_leads ? kLeads - 4 : kLeads,
                     measured = static_cast<std::int64_t>(shape.measured.size());
  const at::Tensor sources = at::eye(predicted + measured, at::kDouble);
  const auto lead = [&](int wanted) {  // that is predicted or measured
    const auto at = std::find(shape.measured.begin(), shape.measured.end(), wanted);
    if (at != shape.measured.end()) return sources[predicted + (at - shape.measured.begin())];
    return sources[shape.derive_limb_leads && wanted >= 6 ? wanted - 4 : wanted];
  };
  std::vector<at::Tensor> all;
  const at::Tensor one = lead(0), two = lead(1);
  const at::Tensor derived[] = {two - one, -(one + two) / 2, one - two / 2, two - one / 2};
  for (int i = 0; i < kLeads; ++i) {
    const bool given =
        std::find(shape.measured.begin(), shape.measured.end(), i) != shape.measured.end();
    const bool derive = shape.derive_limb_leads && i >= 2 && i < 6 && !given;
    all.push_back(derive ? derived[i - 2] : lead(i));
  }
  return at::stack(all);
}

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
    return interleave(graph, phases, f.weight.size(0), from_time, name(i) + ".interleaved");
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

  const at::Tensor mixture = lead_mixture(net.shape);
  const auto predicted = mixture.size(1) - static_cast<std::int64_t>(net.shape.measured.size());
  y = interleave(graph, y, predicted, time / kPhases, "restoration.predicted");
  y = graph.reshape(y, {0, predicted, time}, "restoration.leads");
  y = graph.node("Concat", {y, "window"}, "restoration.known", {{"axis", std::int64_t{1}}});
  return graph.node("MatMul", {graph.constant(mixture, "restoration.mixture"), y}, "restored");
}

std::string write_norm(OnnxGraph& graph, const torch::nn::LayerNormImpl& norm, const std::string& x,
                       const std::string& name) {
  return graph.node("LayerNormalization",
                    {x, graph.constant(norm.weight.detach(), name + ".scale"),
                     graph.constant(norm.bias.detach(), name + ".shift")},
                    name, {{"epsilon", static_cast<float>(norm.options.eps())}});
}

/// x: [N, tokens, width], same out.
std::string write_attention(OnnxGraph& graph, const TransformerLayerImpl& layer,
                            const std::string& x, std::int64_t tokens, const std::string& name) {
  const std::int64_t width = layer.project->weight.size(0), heads = layer.heads;
  Folded qkv = fold(*layer.qkv);
  const double scale = 1 / std::sqrt(static_cast<double>(width / heads));  // of the queries
  qkv.weight.narrow(0, 0, width).mul_(scale);
  qkv.bias.narrow(0, 0, width).mul_(scale);
  graph.node("Split", {graph.linear(x, qkv, name + ".qkv")},
             {name + ".query", name + ".key", name + ".value"}, {{"axis", std::int64_t{2}}});
  const auto by_head = [&](const std::string& part, const Sizes& order) {
    const auto split = graph.reshape(part, {0, tokens, heads, width / heads}, part + ".split");
    return graph.node("Transpose", {split}, part + ".heads", {{"perm", order}});
  };
  const auto keys = by_head(name + ".key", {0, 2, 3, 1});
  auto score =
      graph.node("MatMul", {by_head(name + ".query", {0, 2, 1, 3}), keys}, name + ".score");
  if (layer.causal) {
    const at::Tensor future = at::full({tokens, tokens}, -1e30).triu(1);
    score = graph.node("Add", {score, graph.constant(future, name + ".future")}, name + ".past");
  }
  const auto weight =
      graph.node("Softmax", {score}, name + ".weight", {{"axis", std::int64_t{-1}}});
  const auto mixed =
      graph.node("MatMul", {weight, by_head(name + ".value", {0, 2, 1, 3})}, name + ".mixed");
  const auto turned =
      graph.node("Transpose", {mixed}, name + ".turned", {{"perm", Sizes{0, 2, 1, 3}}});
  const auto joined = graph.reshape(turned, {0, tokens, width}, name + ".joined");
  return graph.linear(joined, fold(*layer.project), name + ".project");
}

/// x: [N, tokens, width], same out.
std::string write_layer(OnnxGraph& graph, const TransformerLayerImpl& layer, const std::string& x,
                        std::int64_t tokens, const std::string& name) {
  const auto first = write_norm(graph, *layer.norm1, x, name + ".norm1");
  const auto mixed = write_attention(graph, layer, first, tokens, name + ".attention");
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

/// Makes "probabilities": [N, classes].
void write_calibration(OnnxGraph& graph, const Decision& decision, std::string x) {
  if (!decision.threshold.empty()) {
    x = graph.node("Mul", {x, graph.constant(at::tensor(decision.slope), "slope")}, "scaled");
    x = graph.node("Add", {x, graph.constant(at::tensor(decision.intercept), "intercept")},
                   "calibrated");
  }
  graph.node("Sigmoid", {x}, "probabilities");
}

nlohmann::json classes_json(const ModelCard& card) {
  nlohmann::json classes = card_to_json(card).at("classes");
  const bool learned = !card.decision.threshold.empty();
  for (std::size_t c = 0; c < classes.size(); ++c) {
    nlohmann::json& d = classes[c];
    d["judged"] = std::find(card.not_judged.begin(), card.not_judged.end(), card.classes[c].code) ==
                  card.not_judged.end();
    d["threshold"] = learned ? card.decision.threshold[c] : 0.5F;
    d["slope"] = learned ? card.decision.slope[c] : 1.0F;
    d["intercept"] = learned ? card.decision.intercept[c] : 0.0F;
  }
  return classes;
}

void write_metadata(onnx::ModelProto& file, const ModelCard& card) {
  const auto add = [&](const char* key, const std::string& value) {
    auto& entry = *file.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  };
  add("conditioning", card_to_json(card).at("conditioning").dump());
  add("leads", lead_text(card.leads));
  add("classes", classes_json(card).dump());
  add("provenance", card.provenance.dump());
  add("disclaimer", std::string(kDisclaimer));
}

}  // namespace

std::string onnx_bytes(const Model& model) {
  at::NoGradGuard no_grad;
  const ModelCard& card = model.card;
  const auto leads = static_cast<std::int64_t>(card.leads.size()),
             classes = static_cast<std::int64_t>(card.classes.size());
  const std::int64_t time = card.conditioning.window;
  onnx::ModelProto file;
  file.set_ir_version(OnnxGraph::kIrVersion);
  file.add_opset_import()->set_version(OnnxGraph::kOpset);
  file.set_producer_name("liteheart");
  file.set_doc_string(
      fmt::format("Reads {}; gives {}. {}", reads_text(card), gives_text(card), kDisclaimer));
  file.mutable_graph()->set_name("liteheart");
  OnnxGraph graph(*file.mutable_graph());

  graph.input("window", {leads, time}, "leads, conditioned as the metadata say");
  auto x = graph.reshape("window", {0, leads, 1, time}, "input");
  if (card.restoration) {
    x = write_restoration(graph, *model.restoration, x, time);
    x = graph.reshape(x, {0, kLeads, 1, time}, "restored.input");
  }
  write_calibration(graph, card.decision, write_backbone(graph, *model.backbone, x, time));
  graph.output("logits", {classes}, "a recording's logit is the mean over its windows");
  graph.output("probabilities", {classes}, "sigmoid(slope * logit + intercept)");
  if (card.restoration) graph.output("restored", {kLeads, time}, "the 12 leads, as the window");
  write_metadata(file, card);
  return file.SerializeAsString();
}

}  // namespace liteheart
