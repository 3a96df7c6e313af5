#include "deploy/edge_export.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <optional>
#include <string>

#include "data/output_file.h"
#include "ecg/leads.h"
#include "edge/kernels.h"
#include "edge/model_generated.h"

namespace liteheart {
namespace {

namespace file = edge::file;

constexpr std::int64_t kAlign = 64;  // bytes: a cache line and an AVX-512 register
constexpr int kHalo = 4;             // rows: half of a kernel of 9

/// A convolution or linear layer with everything linear around it folded in.
struct Folded {
  at::Tensor weight;  // [out, in, tap]
  at::Tensor bias;    // [out]
};

Folded fold(const torch::nn::Conv2dImpl& conv) {
  return {conv.weight.detach().to(at::kDouble).squeeze(2), conv.bias.detach().to(at::kDouble)};
}

Folded fold(const torch::nn::Conv2dImpl& conv, const torch::nn::BatchNorm2dImpl& norm) {
  Folded f = fold(conv);
  const at::Tensor scale = norm.weight.detach().to(at::kDouble) *
                           at::rsqrt(norm.running_var.to(at::kDouble) + norm.options.eps());
  f.weight = f.weight * scale.view({-1, 1, 1});
  f.bias =
      (f.bias - norm.running_mean.to(at::kDouble)) * scale + norm.bias.detach().to(at::kDouble);
  return f;
}

Folded fold(const torch::nn::LinearImpl& linear) {
  return {linear.weight.detach().to(at::kDouble).unsqueeze(2),
          linear.bias.detach().to(at::kDouble)};
}

/// A linear layer after a layer norm whose scale and shift it takes over.
Folded fold(const torch::nn::LayerNormImpl& norm, const torch::nn::LinearImpl& linear) {
  Folded f = fold(linear);
  f.bias = f.bias + f.weight.squeeze(2).mv(norm.bias.detach().to(at::kDouble));
  f.weight = f.weight * norm.weight.detach().to(at::kDouble).view({1, -1, 1});
  return f;
}

/// Average-pool by `stride`, then the 1x1 convolution, as one convolution.
Folded pooled(const Folded& f, int stride) {
  return {f.weight.expand({-1, -1, stride}) / stride, f.bias};
}

/// Nearest upsampling by 4, then the convolution with kernel 9 and padding 4, as one convolution
/// with kernel 3 and padding 1 that makes the four phases side by side: [phase x out, in, 3].
Folded upsampled(const Folded& f) {
  constexpr int kFactor = 4;
  const auto out = f.weight.size(0), in = f.weight.size(1), taps = f.weight.size(2);
  const at::Tensor weight = at::zeros({kFactor, out, in, 3}, at::kDouble);
  for (int phase = 0; phase < kFactor; ++phase) {
    for (std::int64_t k = 0; k < taps; ++k) {
      const auto position = phase + k - taps / 2;  // in upsampled samples, from this row's first
      const auto row = (position + kFactor) / kFactor - 1;  // rounded down; -1, 0 or 1
      weight[phase].select(2, row + 1).add_(f.weight.select(2, k));
    }
  }
  return {weight.reshape({kFactor * out, in, 3}), f.bias.repeat({kFactor})};
}

class NetworkWriter {
 public:
  explicit NetworkWriter(flatbuffers::FlatBufferBuilder& builder) : builder_(builder) {}

  /// A new activation.
  int slot(std::int64_t time, std::int64_t channels);
  struct Shape {
    int taps = 1, stride = 1, padding = 0, phases = 1;
    bool leaky = false;
    int add = -1;
  };
  /// Returns the slot of the result.
  int convolution(int input, const Folded& f, const Shape& shape);
  int linear(int input, const Folded& f, bool leaky = false, int add = -1) {
    return convolution(input, f, {1, 1, 0, 1, leaky, add});
  }
  void positions(int slot, const at::Tensor& values);
  int layer_norm(int input);
  int attention(int input, int heads, bool causal);
  int maximum(int input);
  int leads(int measured, int estimated, bool derive);
  flatbuffers::Offset<file::Network> finish(int input, int restored, int logits);

  std::int64_t time(int slot) const { return slots_[static_cast<std::size_t>(slot)].time; }
  std::int64_t channels(int slot) const { return slots_[static_cast<std::size_t>(slot)].channels; }

 private:
  struct Activation {
    std::int64_t time, channels;
    int made = 0, last_used = 0;  // steps
    std::int64_t offset = -1;     // floats
    std::int64_t floats() const { return (time + 2 * kHalo) * channels; }
  };
  flatbuffers::Offset<flatbuffers::Vector<float>> floats(const at::Tensor& values);
  template <class Op>
  void add_step(flatbuffers::Offset<Op> op, std::initializer_list<int> slots);
  std::int64_t place();

  flatbuffers::FlatBufferBuilder& builder_;
  std::vector<Activation> slots_;
  std::vector<flatbuffers::Offset<file::Step>> steps_;
};

int NetworkWriter::slot(std::int64_t time, std::int64_t channels) {
  const int now = static_cast<int>(steps_.size());
  slots_.push_back({time, channels, now, now});
  return static_cast<int>(slots_.size()) - 1;
}

flatbuffers::Offset<flatbuffers::Vector<float>> NetworkWriter::floats(const at::Tensor& values) {
  const at::Tensor flat = values.to(at::kFloat).contiguous();
  const auto count = static_cast<std::size_t>(flat.numel());
  builder_.ForceVectorAlignment(count, sizeof(float), kAlign);
  return builder_.CreateVector(flat.data_ptr<float>(), count);
}

template <class Op>
void NetworkWriter::add_step(flatbuffers::Offset<Op> op, std::initializer_list<int> slots) {
  for (const int used : slots) {
    if (used >= 0)
      slots_[static_cast<std::size_t>(used)].last_used = static_cast<int>(steps_.size());
  }
  steps_.push_back(file::CreateStep(builder_, file::OpTraits<Op>::enum_value, op.Union()));
}

int NetworkWriter::convolution(int input, const Folded& f, const Shape& shape) {
  const auto columns = f.weight.size(0),
             multiple = static_cast<std::int64_t>(edge::kColumnMultiple);
  const auto padded = (columns + multiple - 1) / multiple * multiple;
  const at::Tensor weight = at::zeros({shape.taps, f.weight.size(1), padded}, at::kDouble);
  weight.slice(2, 0, columns).copy_(f.weight.permute({2, 1, 0}));
  const at::Tensor bias = at::zeros({padded}, at::kDouble);
  bias.slice(0, 0, columns).copy_(f.bias);
  const int output = slot(time(input) / shape.stride * shape.phases, padded / shape.phases);
  const auto weights = floats(weight), biases = floats(bias);
  add_step(file::CreateConvolution(
               builder_, static_cast<std::uint16_t>(input), static_cast<std::uint16_t>(output),
               static_cast<std::int16_t>(shape.add), static_cast<std::uint16_t>(shape.taps),
               static_cast<std::uint16_t>(shape.stride), static_cast<std::uint16_t>(shape.padding),
               static_cast<std::uint16_t>(shape.phases), shape.leaky, weights, biases),
           {input, output, shape.add});
  return output;
}

void NetworkWriter::positions(int slot, const at::Tensor& values) {
  const auto table = floats(values);
  add_step(file::CreatePositions(builder_, static_cast<std::uint16_t>(slot), table), {slot});
}

int NetworkWriter::layer_norm(int input) {
  const int output = slot(time(input), channels(input));
  add_step(file::CreateLayerNorm(builder_, static_cast<std::uint16_t>(input),
                                 static_cast<std::uint16_t>(output)),
           {input, output});
  return output;
}

int NetworkWriter::attention(int input, int heads, bool causal) {
  const int output = slot(time(input), channels(input) / 3);
  add_step(file::CreateAttention(builder_, static_cast<std::uint16_t>(input),
                                 static_cast<std::uint16_t>(output),
                                 static_cast<std::uint16_t>(heads), causal),
           {input, output});
  return output;
}

int NetworkWriter::maximum(int input) {
  const int output = slot(1, channels(input));
  add_step(file::CreateMaximum(builder_, static_cast<std::uint16_t>(input),
                               static_cast<std::uint16_t>(output)),
           {input, output});
  return output;
}

int NetworkWriter::leads(int measured, int estimated, bool derive) {
  const int output = slot(time(measured), kLeads);
  add_step(file::CreateLeads(builder_, static_cast<std::uint16_t>(measured),
                             static_cast<std::uint16_t>(estimated),
                             static_cast<std::uint16_t>(output), derive),
           {measured, estimated, output});
  return output;
}

/// Gives each activation the lowest place that none alive at the same time holds, the largest
/// first. Returns the floats needed.
std::int64_t NetworkWriter::place() {
  std::vector<Activation*> order;
  for (Activation& a : slots_) order.push_back(&a);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto* a, const auto* b) { return a->floats() > b->floats(); });
  std::vector<const Activation*> placed;  // ascending by offset
  std::int64_t end = 0;
  for (Activation* a : order) {
    std::int64_t offset = 0;
    for (const Activation* other : placed) {
      const bool together = a->made <= other->last_used && other->made <= a->last_used;
      if (together && offset + a->floats() > other->offset)
        offset = std::max(offset, other->offset + other->floats());
    }
    a->offset = offset;
    placed.insert(
        std::upper_bound(placed.begin(), placed.end(), a,
                         [](const auto* x, const auto* y) { return x->offset < y->offset; }),
        a);
    end = std::max(end, offset + a->floats());
  }
  return end;
}

flatbuffers::Offset<file::Network> NetworkWriter::finish(int input, int restored, int logits) {
  slots_[static_cast<std::size_t>(logits)].last_used = static_cast<int>(steps_.size());
  const auto arena = place();
  std::vector<flatbuffers::Offset<file::Slot>> slots;
  for (const Activation& a : slots_) {
    slots.push_back(file::CreateSlot(builder_, static_cast<std::uint32_t>(a.offset),
                                     static_cast<std::uint32_t>(a.time),
                                     static_cast<std::uint32_t>(a.channels)));
  }
  const auto slot_list = builder_.CreateVector(slots);
  const auto step_list = builder_.CreateVector(steps_);
  return file::CreateNetwork(builder_, kHalo, static_cast<std::uint32_t>(arena), slot_list,
                             step_list, static_cast<std::uint16_t>(input),
                             static_cast<std::int16_t>(restored),
                             static_cast<std::uint16_t>(logits));
}

/// Returns the slot of the 12 leads.
int write_restoration(NetworkWriter& writer, const RestorationImpl& net, int input) {
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
int write_backbone(NetworkWriter& writer, const BackboneImpl& net, int input) {
  int x = input;
  for (const auto& module : *net.encoder) {
    const auto& block = *module->as<ResidualBlockImpl>();
    const int first =
        writer.convolution(x, fold(*block.conv1, *block.norm1), {9, block.stride, 4, 1, true, -1});
    const int shortcut = writer.convolution(x, pooled(fold(*block.shortcut), block.stride),
                                            {block.stride, block.stride, 0, 1, false, -1});
    x = writer.convolution(first, fold(*block.conv2, *block.norm2), {9, 1, 4, 1, true, shortcut});
  }
  writer.positions(x, sinusoidal_positions(writer.time(x), writer.channels(x)));
  for (const auto& module : *net.transformer) {
    const auto& layer = *module->as<TransformerLayerImpl>();
    const int qkv = writer.linear(writer.layer_norm(x), fold(*layer.norm1, *layer.qkv));
    x = writer.linear(writer.attention(qkv, layer.heads, layer.causal), fold(*layer.project), false,
                      x);
    const int wide = writer.linear(writer.layer_norm(x), fold(*layer.norm2, *layer.widen), true);
    x = writer.linear(wide, fold(*layer.narrow), false, x);
  }
  // No activation stands between the last two layers: they are one.
  const Folded hidden = fold(*net.hidden), output = fold(*net.output);
  const at::Tensor last = output.weight.squeeze(2);
  return writer.linear(writer.maximum(x), {last.mm(hidden.weight.squeeze(2)).unsqueeze(2),
                                           last.mv(hidden.bias) + output.bias});
}

flatbuffers::Offset<file::Diagnosis> write_diagnosis(flatbuffers::FlatBufferBuilder& builder,
                                                     const ModelCard& card, std::size_t c) {
  const Diagnosis& d = card.classes[c];
  const bool judged =
      std::find(card.not_judged.begin(), card.not_judged.end(), d.code) == card.not_judged.end();
  const bool learned = !card.decision.threshold.empty();
  return file::CreateDiagnosisDirect(
      builder, d.code.c_str(), d.abbreviation.c_str(), d.name.c_str(), d.scored, judged,
      learned ? card.decision.threshold[c] : 0.5F, learned ? card.decision.slope[c] : 1,
      learned ? card.decision.intercept[c] : 0);
}

}  // namespace

std::vector<std::uint8_t> edge_bytes(const Model& model) {
  at::NoGradGuard no_grad;
  const ModelCard& card = model.card;
  flatbuffers::FlatBufferBuilder builder(1 << 20);
  NetworkWriter writer(builder);
  const int input =
      writer.slot(card.conditioning.window, static_cast<std::int64_t>(card.leads.size()));
  const int restored = card.restoration ? write_restoration(writer, *model.restoration, input) : -1;
  const int logits = write_backbone(writer, *model.backbone, restored >= 0 ? restored : input);
  const auto network = writer.finish(input, restored, logits);

  std::vector<flatbuffers::Offset<file::Diagnosis>> diagnoses;
  for (std::size_t c = 0; c < card.classes.size(); ++c)
    diagnoses.push_back(write_diagnosis(builder, card, c));
  const auto diagnosis_list = builder.CreateVector(diagnoses);
  const auto leads =
      builder.CreateVector(std::vector<std::uint8_t>(card.leads.begin(), card.leads.end()));
  const auto provenance = builder.CreateString(card.provenance.dump());
  const edge::Conditioning& c = card.conditioning;
  file::FinishModelBuffer(
      builder, file::CreateModel(builder, c.rate_hz, static_cast<std::uint32_t>(c.window), c.low_hz,
                                 c.high_hz, c.normalization == edge::Normalization::kZScore, leads,
                                 diagnosis_list, network, provenance));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

void export_edge(const Model& model, const std::filesystem::path& path) {
  const auto bytes = edge_bytes(model);
  auto unfinished = path;
  unfinished += ".tmp";
  write_file(unfinished, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  std::filesystem::rename(unfinished, path);
}

}  // namespace liteheart
