// What a kernel reads in one go must not cross a cache line; a builder made with assertions goes to
// 32 by itself.
#define FLATBUFFERS_MAX_ALIGNMENT 64

#include "deploy/edge_graph.h"

#include <algorithm>
#include <string>

#include "edge/half.h"
#include "edge/kernels.h"
#include "edge/model_check.h"
#include "nn/products.h"

namespace liteheart {
namespace {

namespace file = edge::file;

constexpr std::int64_t kAlign = edge::kSlotAlignment;
static_assert(kAlign <= FLATBUFFERS_MAX_ALIGNMENT);
constexpr std::int64_t kManyRows = 48;
constexpr std::size_t kHeldWeights = 1U << 17;  // floats

/// Rows of the input that a convolution by Toom-Cook reads.
std::int64_t toom_cook_rows(const EdgeStep& s, std::int64_t rows) {
  const auto groups =
      edge::toom_cook_groups(static_cast<std::size_t>(s.taps), static_cast<std::size_t>(s.stride));
  return static_cast<std::int64_t>(edge::toom_cook_rows(static_cast<std::size_t>(rows), groups)) *
         s.stride;
}

/// Where the slots lie in the arena.
class Arena {
 public:
  explicit Arena(const EdgeGraph& graph);
  std::int64_t bytes() const { return end_; }
  std::int64_t offset(int slot) const { return places_[static_cast<std::size_t>(slot)].offset; }
  std::int64_t halo(int slot) const { return places_[static_cast<std::size_t>(slot)].halo; }

 private:
  struct Place {
    std::int64_t halo = 0, bytes = 0, offset = -1;
    int made = 1 << 30, last_used = -1;  // steps
    int at = -1;                         // the earlier slot in whose memory it is made
  };
  void measure(const EdgeGraph& graph);
  void share(const EdgeGraph& graph);
  void place();
  Place& of(int slot) { return places_[static_cast<std::size_t>(slot)]; }
  /// The first of the slots that are made in one another's memory.
  Place& owner(int slot) {
    while (of(slot).at >= 0) slot = of(slot).at;
    return of(slot);
  }

  std::vector<Place> places_;
  std::int64_t end_ = 0;
};

Arena::Arena(const EdgeGraph& graph) : places_(graph.slots.size()) {
  measure(graph);
  share(graph);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const EdgeSlot& s = graph.slots[i];
    Place& p = places_[i];
    p.bytes = (s.time + 2 * p.halo) * s.channels * (s.bytes ? 1 : 4);
    p.bytes = (p.bytes + kAlign - 1) / kAlign * kAlign;
  }
  place();
  for (std::size_t i = 0; i < places_.size(); ++i)
    places_[i].offset = owner(static_cast<int>(i)).offset;
}

void Arena::measure(const EdgeGraph& graph) {
  of(graph.input).made = 0;
  for (int now = 0; const EdgeStep& step : graph.steps) {
    for (const int slot : {step.input, step.other, step.output}) {
      if (slot < 0) continue;
      of(slot).made = std::min(of(slot).made, now);
      of(slot).last_used = now;
    }
    if (step.op == file::Op_Convolution) {
      // What a row reads before the first and behind the last of the input.
      const EdgeSlot& in = graph.slot(step.input);
      const auto rows = graph.slot(step.output).time / step.phases;
      const auto read =
          step.toom_cook() ? toom_cook_rows(step, rows) : (rows - 1) * step.stride + step.taps;
      const auto behind = read - step.padding - in.time;
      of(step.input).halo =
          std::max({of(step.input).halo, std::int64_t{step.padding}, std::int64_t{behind}});
    }
    ++now;
  }
  of(graph.logits).last_used = static_cast<int>(graph.steps.size());
}

/// A sum is made where its second term lies, if nothing reads that term later.
void Arena::share(const EdgeGraph& graph) {
  for (int now = 0; const EdgeStep& step : graph.steps) {
    if (step.op == file::Op_Convolution && step.other >= 0 && of(step.other).last_used == now &&
        graph.slot(step.other).bytes == graph.slot(step.output).bytes) {
      of(step.output).at = step.other;
      Place& first = owner(step.other);
      first.halo = std::max(first.halo, of(step.output).halo);
      first.last_used = std::max(first.last_used, of(step.output).last_used);
    }
    ++now;
  }
  for (Place& p : places_) {
    if (p.at >= 0) p.halo = owner(p.at).halo;
  }
}

/// Gives each activation the lowest place that none alive at the same time holds, the largest
/// first.
void Arena::place() {
  std::vector<Place*> order;
  for (Place& p : places_) {
    if (p.at < 0) order.push_back(&p);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto* a, const auto* b) { return a->bytes > b->bytes; });
  const auto lower = [](const auto* x, const auto* y) { return x->offset < y->offset; };
  std::vector<const Place*> placed;  // ascending by offset
  for (Place* p : order) {
    std::int64_t offset = 0;
    for (const Place* other : placed) {
      const bool together = p->made <= other->last_used && other->made <= p->last_used;
      if (together && offset + p->bytes > other->offset)
        offset = std::max(offset, other->offset + other->bytes);
    }
    p->offset = offset;
    placed.insert(std::upper_bound(placed.begin(), placed.end(), p, lower), p);
    end_ = std::max(end_, offset + p->bytes);
  }
}

/// Writes one graph's operations.
class Writer {
 public:
  Writer(flatbuffers::FlatBufferBuilder& builder, const EdgeGraph& graph)
      : builder_(builder), graph_(graph), arena_(graph) {}
  flatbuffers::Offset<file::Network> network();

 private:
  template <class T>
  flatbuffers::Offset<flatbuffers::Vector<T>> values(const std::vector<T>& v) {
    if (v.empty()) return 0;
    builder_.ForceVectorAlignment(v.size(), sizeof(T), kAlign);
    return builder_.CreateVector(v);
  }
  flatbuffers::Offset<void> operation(const EdgeStep& s);

  flatbuffers::FlatBufferBuilder& builder_;
  const EdgeGraph& graph_;
  Arena arena_;
};

/// The scale and bias of a product of bytes as its file has them: of sums of bytes from which the
/// input's zero is not taken, and in steps of the output.
struct InSteps {
  InSteps(const EdgeStep& s, const EdgeGraph& graph) : scale(s.scale), bias(s.bias) {
    const EdgeSlot &in = graph.slot(s.input), &out = graph.slot(s.output);
    const double step = out.bytes ? out.scale : 1;
    for (std::size_t c = 0; c < scale.size(); ++c) {
      bias[c] = static_cast<float>((s.bias[c] - double{s.scale[c]} * s.sum[c] * in.zero) / step);
      scale[c] = static_cast<float>(s.scale[c] / step);
    }
  }
  std::vector<float> scale, bias;
};

std::uint16_t unsigned16(int x) { return static_cast<std::uint16_t>(x); }

flatbuffers::Offset<void> Writer::operation(const EdgeStep& s) {
  const auto input = unsigned16(s.input), output = unsigned16(s.output);
  switch (s.op) {
    case file::Op_Convolution: {
      const auto weight = values(in_panels(s.weight, s.bias.size(), s.depths));
      const InSteps in_steps(s, graph_);
      const auto bias = values(in_steps.bias), scale = values(in_steps.scale);
      const auto weight8 = values(s.weight8);
      const auto sum = values(s.sum);
      return file::CreateConvolution(builder_, input, output, static_cast<std::int16_t>(s.other),
                                     unsigned16(s.taps), unsigned16(s.stride),
                                     unsigned16(s.padding), unsigned16(s.phases), s.leaky, weight,
                                     bias, weight8, sum, scale, s.toom_cook())
          .Union();
    }
    case file::Op_Positions:
      return file::CreatePositions(builder_, output, values(s.weight)).Union();
    case file::Op_LayerNorm:
      return file::CreateLayerNorm(builder_, input, output).Union();
    case file::Op_Attention:
      return file::CreateAttention(builder_, input, output, unsigned16(s.heads), s.causal, s.exact)
          .Union();
    case file::Op_Maximum:
      return file::CreateMaximum(builder_, input, output).Union();
    case file::Op_Average:
      return file::CreateAverage(builder_, input, output).Union();
    case file::Op_Leads:
      return file::CreateLeads(builder_, unsigned16(s.other), input, output, s.derive).Union();
    default:
      return file::CreateQuantize(builder_, input, output).Union();
  }
}

flatbuffers::Offset<file::Network> Writer::network() {
  std::vector<flatbuffers::Offset<file::Step>> steps;
  for (const EdgeStep& s : graph_.steps) {
    const auto operation_offset = operation(s);
    steps.push_back(file::CreateStep(builder_, s.op, operation_offset));
  }
  std::vector<flatbuffers::Offset<file::Slot>> slots;
  for (int i = 0; const EdgeSlot& s : graph_.slots) {
    slots.push_back(file::CreateSlot(
        builder_, static_cast<std::uint32_t>(arena_.offset(i)), static_cast<std::uint32_t>(s.time),
        static_cast<std::uint32_t>(s.channels), static_cast<std::uint16_t>(arena_.halo(i)),
        s.bytes ? file::Element_Byte : file::Element_Float, s.scale, s.zero));
    ++i;
  }
  const auto slot_list = builder_.CreateVector(slots);
  const auto step_list = builder_.CreateVector(steps);
  return file::CreateNetwork(builder_, static_cast<std::uint32_t>(arena_.bytes()), slot_list,
                             step_list, unsigned16(graph_.input),
                             static_cast<std::int16_t>(graph_.restored), unsigned16(graph_.logits));
}

flatbuffers::Offset<file::Diagnosis> write_diagnosis(flatbuffers::FlatBufferBuilder& builder,
                                                     const ModelCard& card,
                                                     const Decision& decision, std::size_t c) {
  const Diagnosis& d = card.classes[c];
  return file::CreateDiagnosisDirect(
      builder, d.code.c_str(), d.abbreviation.c_str(), d.name.c_str(), d.scored, card.judges(c),
      decision.threshold[c], decision.slope[c], decision.intercept[c]);
}

/// Weighs a step's input by Toom-Cook, if that pays.
void use_toom_cook(EdgeStep& s, const EdgeGraph& graph) {
  const Taps taps{static_cast<std::size_t>(s.taps), static_cast<std::size_t>(s.stride),
                  static_cast<std::size_t>(s.padding),
                  static_cast<std::size_t>(graph.slot(s.input).channels)};
  if (!toom_cook_saves(taps)) return;
  // For a few rows, weights that no cache holds take longer to come than to be multiplied by.
  std::vector<std::size_t> depths = toom_cook_depths(taps);
  const std::size_t weights =
      edge::toom_cook_weight_count(s.bias.size(), depths.front(), depths.back());
  if (graph.slot(s.output).time / s.phases < kManyRows && weights > kHeldWeights) return;
  s.weight = toom_cook_weights(std::move(s.weight), taps, s.bias.size());
  s.depths = std::move(depths);
}

/// Whether a convolution weighs the mean of as many rows as it strides over: all taps alike.
bool averages(const EdgeStep& s) {
  if (s.op != file::Op_Convolution || s.taps < 2 || s.taps != s.stride || s.padding != 0)
    return false;
  const auto tap = static_cast<std::ptrdiff_t>(s.weight.size()) / s.taps;
  for (int k = 1; k < s.taps; ++k) {
    if (!std::equal(s.weight.begin(), s.weight.begin() + tap, s.weight.begin() + k * tap))
      return false;
  }
  return true;
}

}  // namespace

EdgeGraph with_fewer_products(const EdgeGraph& graph) {
  EdgeGraph to = graph;
  to.steps.clear();
  for (EdgeStep s : graph.steps) {
    if (averages(s)) {
      EdgeStep mean;
      mean.op = file::Op_Average;
      mean.input = s.input;
      s.input = mean.output =
          to.add_slot({graph.slot(s.output).time, graph.slot(s.input).channels});
      to.steps.push_back(mean);
      s.weight.resize(s.weight.size() / static_cast<std::size_t>(s.taps));
      for (float& w : s.weight) w *= static_cast<float>(s.taps);
      s.taps = s.stride = 1;
    }
    if (s.op == file::Op_Convolution) use_toom_cook(s, to);
    to.steps.push_back(std::move(s));
  }
  return to;
}

namespace {

flatbuffers::Offset<file::Trees> write_trees(flatbuffers::FlatBufferBuilder& builder,
                                             const BoostedTrees& trees, const TreesShape& shape) {
  std::vector<std::uint16_t> threshold, value;
  std::vector<std::uint8_t> measurement;
  for (const BoostedTree& tree : trees.trees()) {
    for (const std::int32_t m : tree.measurement)
      measurement.push_back(static_cast<std::uint8_t>(m));
    for (const float x : tree.threshold) threshold.push_back(edge::half_of_float(x));
    for (const float x : tree.value) value.push_back(edge::half_of_float(x));
  }
  const std::vector<std::uint16_t> count(trees.count().begin(), trees.count().end());
  return file::CreateTreesDirect(builder, static_cast<std::uint16_t>(shape.measured),
                                 static_cast<float>(shape.share), &trees.base(), &count,
                                 &measurement, &threshold, &value);
}

}  // namespace

std::vector<std::uint8_t> edge_bytes(const EdgeGraph& graph, const ModelCard& card) {
  flatbuffers::FlatBufferBuilder builder(1 << 20);
  const auto network = Writer(builder, graph).network();
  const Decision decision = card.decision_or_plain();
  std::vector<flatbuffers::Offset<file::Diagnosis>> diagnoses;
  for (std::size_t c = 0; c < card.classes.size(); ++c)
    diagnoses.push_back(write_diagnosis(builder, card, decision, c));
  const auto diagnosis_list = builder.CreateVector(diagnoses);
  const auto leads =
      builder.CreateVector(std::vector<std::uint8_t>(card.leads.begin(), card.leads.end()));
  const auto provenance = builder.CreateString(card.provenance.dump());
  flatbuffers::Offset<file::Trees> trees;
  if (graph.trees) trees = write_trees(builder, *graph.trees, *card.trees);
  const edge::Conditioning& c = card.conditioning;
  file::FinishModelBuffer(
      builder, file::CreateModel(builder, c.rate_hz, static_cast<std::uint32_t>(c.window), c.low_hz,
                                 c.high_hz, c.normalization == edge::Normalization::kZScore, leads,
                                 diagnosis_list, network, provenance, trees));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

}  // namespace liteheart
