#include "deploy/onnx_parts.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>

#include "ecg/leads.h"
#include "eval/report.h"

namespace liteheart {
namespace {

using Sizes = std::vector<std::int64_t>;

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
  const Decision decision = card.decision_or_plain();
  for (std::size_t c = 0; c < classes.size(); ++c) {
    nlohmann::json& d = classes[c];
    d["judged"] = card.judges(c);
    d["threshold"] = decision.threshold[c];
    d["slope"] = decision.slope[c];
    d["intercept"] = decision.intercept[c];
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

std::string onnx_file(const ModelCard& card,
                      const std::function<std::string(OnnxGraph&)>& write_network) {
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
  write_calibration(graph, card.decision, write_network(graph));
  graph.output("logits", {classes}, "a recording's logit is the mean over its windows");
  graph.output("probabilities", {classes}, "sigmoid(slope * logit + intercept)");
  if (card.restoration) graph.output("restored", {kLeads, time}, "the 12 leads, as the window");
  write_metadata(file, card);
  return file.SerializeAsString();
}

std::string interleave(OnnxGraph& graph, const std::string& x, std::int64_t phases,
                       std::int64_t channels, std::int64_t time, const std::string& name) {
  const auto split = graph.reshape(x, {0, phases, channels, time}, name + ".phases");
  const auto turned =
      graph.node("Transpose", {split}, name + ".turned", {{"perm", Sizes{0, 2, 3, 1}}});
  return graph.reshape(turned, {0, channels, 1, phases * time}, name);
}

std::string write_leads(OnnxGraph& graph, const RestorationShape& shape,
                        const std::string& predicted, std::int64_t time) {
  const at::Tensor mixture = lead_mixture(shape);
  const auto count = mixture.size(1) - static_cast<std::int64_t>(shape.measured.size());
  auto y = graph.reshape(predicted, {0, count, time}, "restoration.leads");
  y = graph.node("Concat", {y, "window"}, "restoration.known", {{"axis", std::int64_t{1}}});
  return graph.node("MatMul", {graph.constant(mixture, "restoration.mixture"), y}, "restored");
}

std::string write_attention(OnnxGraph& graph, const std::string& qkv, const OnnxAttention& shape,
                            const std::string& name) {
  graph.node("Split", {qkv}, {name + ".query", name + ".key", name + ".value"},
             {{"axis", std::int64_t{2}}});
  const auto by_head = [&](const std::string& part, const Sizes& order) {
    const auto split = graph.reshape(
        part, {0, shape.tokens, shape.heads, shape.width / shape.heads}, part + ".split");
    return graph.node("Transpose", {split}, part + ".heads", {{"perm", order}});
  };
  const auto keys = by_head(name + ".key", {0, 2, 3, 1});
  auto score =
      graph.node("MatMul", {by_head(name + ".query", {0, 2, 1, 3}), keys}, name + ".score");
  if (shape.causal) {
    const at::Tensor future = at::full({shape.tokens, shape.tokens}, -1e30).triu(1);
    score = graph.node("Add", {score, graph.constant(future, name + ".future")}, name + ".past");
  }
  const auto weight =
      graph.node("Softmax", {score}, name + ".weight", {{"axis", std::int64_t{-1}}});
  const auto mixed =
      graph.node("MatMul", {weight, by_head(name + ".value", {0, 2, 1, 3})}, name + ".mixed");
  const auto turned =
      graph.node("Transpose", {mixed}, name + ".turned", {{"perm", Sizes{0, 2, 1, 3}}});
  return graph.reshape(turned, {0, shape.tokens, shape.width}, name);
}

}  // namespace liteheart
