#include "deploy/edge_export.h"

#include <ATen/ATen.h>

#include "deploy/fold.h"
#include "deploy/trees.h"
#include "ecg/leads.h"
#include "edge/kernels.h"

namespace liteheart {
namespace {

namespace file = edge::file;

// The networks of libtorch and the kernels bend alike.
static_assert(edge::kLeakySlope == static_cast<float>(kLeakySlope));

std::vector<float> floats(const at::Tensor& values) {
  const at::Tensor flat = values.to(at::kFloat).contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

/// Adds operations to a graph; each gives the slot of its result.
class GraphWriter {
 public:
  explicit GraphWriter(EdgeGraph& graph) : graph_(graph) {}

  struct Shape {
    int taps = 1, stride = 1, padding = 0, phases = 1;
    bool leaky = false;
    int add = -1;
  };
  int convolution(int input, const Folded& f, const Shape& shape);
  int linear(int input, const Folded& f, bool leaky = false, int add = -1) {
    return convolution(input, f, {1, 1, 0, 1, leaky, add});
  }
  void positions(int slot);
  int layer_norm(int input) {
    return step(file::Op_LayerNorm, input, graph_.slot(input).time, graph_.slot(input).channels);
  }
  int attention(int input, int heads, bool causal);
  int maximum(int input) { return step(file::Op_Maximum, input, 1, graph_.slot(input).channels); }
  int leads(int measured, int estimated, bool derive);

 private:
  int step(file::Op op, int input, std::int64_t time, std::int64_t channels) {
    EdgeStep& s = graph_.steps.emplace_back();
    s.op = op;
    s.input = input;
    return s.output = graph_.add_slot({time, channels});
  }

  EdgeGraph& graph_;
};

int GraphWriter::convolution(int input, const Folded& f, const Shape& shape) {
  const auto columns = f.weight.size(0),
             multiple = static_cast<std::int64_t>(edge::kColumnMultiple);
  const auto padded = (columns + multiple - 1) / multiple * multiple;
  const at::Tensor weight = at::zeros({shape.taps, f.weight.size(1), padded}, at::kDouble);
  weight.slice(2, 0, columns).copy_(f.weight.permute({2, 1, 0}));
  const at::Tensor bias = at::zeros({padded}, at::kDouble);
  bias.slice(0, 0, columns).copy_(f.bias);
  const int output =
      step(file::Op_Convolution, input, graph_.slot(input).time / shape.stride * shape.phases,
           padded / shape.phases);
  EdgeStep& s = graph_.steps.back();
  s.other = shape.add;
  s.taps = shape.taps, s.stride = shape.stride, s.padding = shape.padding;
  s.phases = shape.phases, s.leaky = shape.leaky;
  s.weight = floats(weight), s.bias = floats(bias);
  return output;
}

void GraphWriter::positions(int slot) {
  EdgeStep& s = graph_.steps.emplace_back();
  s.op = file::Op_Positions;
  s.output = slot;
  s.weight = floats(sinusoidal_positions(graph_.slot(slot).time, graph_.slot(slot).channels));
}

int GraphWriter::attention(int input, int heads, bool causal) {
  const int output =
      step(file::Op_Attention, input, graph_.slot(input).time, graph_.slot(input).channels / 3);
  graph_.steps.back().heads = heads;
  graph_.steps.back().causal = causal;
  return output;
}

int GraphWriter::leads(int measured, int estimated, bool derive) {
  const int output = step(file::Op_Leads, estimated, graph_.slot(measured).time, kLeads);
  graph_.steps.back().other = measured;
  graph_.steps.back().derive = derive;
  return output;
}

/// Returns the slot of the 12 leads.
int write_restoration(GraphWriter& writer, const RestorationImpl& net, int input) {
  // The convolutions in RestorationImpl's order, the head behind them.
  const auto step = [&](std::size_t i, int from, int stride = 1, int add = -1) {
    const Folded f = fold(net.convolutions->at<torch::nn::Conv2dImpl>(i),
                          net.norms->at<torch::nn::BatchNorm2dImpl>(i));
    return writer.convolution(from, f, {9, stride, 4, 1, true, add});
  };
  const auto step_up = [&](std::size_t i, int from, int add) {
    const Folded f = fold(net.convolutions->at<torch::nn::Conv2dImpl>(i),
                          net.norms->at<torch::nn::BatchNorm2dImpl>(i));
    return writer.convolution(from, upsampled(f), {3, 1, 1, 4, true, add});
  };
  const int top = step(1, step(0, input, 4));
  const int middle = step(3, step(2, top, 4));
  int bottom = step(4, middle, 4);
  bottom = step(6, step(5, bottom), 1, bottom);
  bottom = step(8, step(7, bottom), 1, bottom);
  int y = step(10, step_up(9, bottom, middle));
  y = step(12, step_up(11, y, top));
  const int estimated = writer.convolution(y, fold(*net.head), {9, 1, 4, 4, false, -1});
  return writer.leads(input, estimated, net.shape.derive_limb_leads);
}

/// Returns the slot of the logits.
int write_backbone(GraphWriter& writer, const BackboneImpl& net, int input) {
  int x = input;
  for (const auto& module : *net.encoder) {
    const auto& block = *module->as<ResidualBlockImpl>();
    const int first =
        writer.convolution(x, fold(*block.conv1, *block.norm1), {9, block.stride, 4, 1, true, -1});
    const int shortcut = writer.convolution(x, pooled(fold(*block.shortcut), block.stride),
                                            {block.stride, block.stride, 0, 1, false, -1});
    x = writer.convolution(first, fold(*block.conv2, *block.norm2), {9, 1, 4, 1, true, shortcut});
  }
  writer.positions(x);
  for (const auto& module : *net.transformer) {
    const auto& layer = *module->as<TransformerLayerImpl>();
    const int qkv = writer.linear(writer.layer_norm(x), fold(*layer.norm1, *layer.qkv));
    x = writer.linear(writer.attention(qkv, layer.heads, layer.causal), fold(*layer.project), false,
                      x);
    const int wide = writer.linear(writer.layer_norm(x), fold(*layer.norm2, *layer.widen), true);
    x = writer.linear(wide, fold(*layer.narrow), false, x);
  }
  // No activation stands between the last two layers: they are one.
  return writer.linear(writer.maximum(x), chained(fold(*net.hidden), fold(*net.output)));
}

}  // namespace

EdgeGraph edge_graph(const Model& model) {
  require_trees_for_devices(model);
  torch::NoGradGuard no_grad;
  const ModelCard& card = model.card;
  EdgeGraph graph;
  graph.trees = model.trees;
  GraphWriter writer(graph);
  graph.input =
      graph.add_slot({card.conditioning.window, static_cast<std::int64_t>(card.leads.size())});
  if (card.restoration) graph.restored = write_restoration(writer, *model.restoration, graph.input);
  graph.logits =
      write_backbone(writer, *model.backbone, graph.restored >= 0 ? graph.restored : graph.input);
  return graph;
}

}  // namespace liteheart
