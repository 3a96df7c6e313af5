#include "edge/model_check.h"

#include <cmath>
#include <cstdint>

#include "edge/kernels.h"
#include "edge/model_generated.h"
#include "edge/trees.h"

namespace liteheart::edge {
namespace {

using namespace file;

constexpr std::size_t kLeads = 12;
constexpr std::uint32_t kMostElements = 1U << 28, kMostArena = 1U << 30, kMostRows = 1U << 20;
// 128 times a sum of weights, and a product of rows, then stay below 2^30.
constexpr std::uint64_t kMostByteDepth = 1U << 15;
constexpr std::int32_t kMostSum = 1 << 22;

class Checker {
 public:
  explicit Checker(const Model& model) : model_(model), network_(*model.network()) {}

  bool consistent();
  std::size_t scratch = 0;  // bytes

 private:
  bool diagnoses() const;
  bool slots() const;
  bool step(const Step& step);
  bool convolution(const Convolution& c);
  bool float_convolution(const Convolution& c);
  bool toom_cook(const Convolution& c);
  bool byte_convolution(const Convolution& c) const;
  bool attention(const Attention& a);
  bool leads(const Leads& l);

  /// Notes that a step has written the slot, with so many products an element. Whether all that is
  /// no more work than a model may be.
  bool made(int index, std::uint64_t products = 1);
  /// Whether it has been written before, so that nothing is read that no step has made.
  bool known(int index) const { return is_slot(index) && made_[static_cast<std::size_t>(index)]; }
  void need(std::size_t bytes) { scratch = bytes > scratch ? bytes : scratch; }
  bool is_slot(int index) const {
    return index >= 0 && static_cast<std::size_t>(index) < network_.slots()->size();
  }
  bool is_float_slot(int index) const {
    return is_slot(index) && slot(index).element() == Element_Float;
  }
  const Slot& slot(int index) const {
    return *network_.slots()->Get(static_cast<flatbuffers::uoffset_t>(index));
  }
  bool shaped(int index, std::size_t time, std::size_t channels) const {
    return is_slot(index) && slot(index).time() == time && slot(index).channels() == channels;
  }
  bool same_shape(int a, int b) const {
    return is_slot(a) && is_slot(b) && shaped(a, slot(b).time(), slot(b).channels());
  }
  /// Whether two slots share no memory.
  bool apart(int a, int b) const {
    return slot(a).offset() >= end(b) || slot(b).offset() >= end(a);
  }
  /// Whether element i of one lies where element i of the other does.
  bool same_place(int a, int b) const {
    return slot(a).offset() == slot(b).offset() && slot(a).halo() == slot(b).halo() &&
           slot(a).element() == slot(b).element();
  }
  static std::uint64_t bytes(const Slot& s) {
    return (s.time() + 2 * std::uint64_t{s.halo()}) * s.channels() *
           (s.element() == Element_Float ? sizeof(float) : 1);
  }
  std::uint64_t end(int index) const { return slot(index).offset() + bytes(slot(index)); }

  const Model& model_;
  const Network& network_;
  bool made_[kMostSlots] = {};
  double work_ = 0;
  bool restored_ = false;  // the leads that are given out have been made
};

bool Checker::made(int index, std::uint64_t products) {
  made_[static_cast<std::size_t>(index)] = true;
  const Slot& s = slot(index);
  work_ += static_cast<double>(products) * s.time() * s.channels();
  return work_ <= kMostWork;
}

bool Checker::diagnoses() const {
  const auto* diagnoses = model_.diagnoses();
  if (diagnoses == nullptr || diagnoses->size() == 0 || diagnoses->size() > kMostDiagnoses)
    return false;
  for (const auto* d : *diagnoses) {
    if (d->code() == nullptr || d->abbreviation() == nullptr || d->name() == nullptr) return false;
    if (!std::isfinite(d->threshold()) || !std::isfinite(d->slope()) ||
        !std::isfinite(d->intercept()))
      return false;
  }
  return true;
}

bool Checker::consistent() {
  const auto* leads = model_.leads();
  if (leads == nullptr || leads->size() == 0 || leads->size() > kLeads) return false;
  for (flatbuffers::uoffset_t i = 0; i < leads->size(); ++i) {
    if (leads->Get(i) >= kLeads || (i > 0 && leads->Get(i) <= leads->Get(i - 1))) return false;
  }
  const double rate = model_.rate_hz(), low = model_.low_hz(), high = model_.high_hz();
  if (!(rate >= 1 && rate <= 100'000 && low > 0 && low < high && high < rate / 2)) return false;
  if (model_.window() < 1 || model_.window() > kMostRows || !diagnoses() || !slots()) return false;
  if (!shaped(network_.input(), model_.window(), leads->size()) || !is_float_slot(network_.input()))
    return false;
  if (network_.restored() != -1 && !shaped(network_.restored(), model_.window(), kLeads))
    return false;
  if (!is_float_slot(network_.logits()) ||
      slot(network_.logits()).channels() < model_.diagnoses()->size())
    return false;
  if (network_.steps() == nullptr || network_.steps()->size() > kMostSteps) return false;
  made(network_.input());
  for (const auto* s : *network_.steps()) {
    if (!step(*s)) return false;
  }
  if (model_.trees() != nullptr && !check_trees(model_)) return false;
  return known(network_.logits()) && (network_.restored() == -1 || restored_);
}

bool Checker::slots() const {
  if (network_.slots() == nullptr || network_.slots()->size() > kMostSlots ||
      network_.arena_bytes() > kMostArena)
    return false;
  for (const auto* s : *network_.slots()) {
    if (s->element() > Element_MAX || !(s->scale() > 0 && s->scale() < 1e30F)) return false;
    if (s->time() == 0 || s->channels() == 0 || s->time() > kMostRows ||
        s->channels() > kMostElements || s->halo() > 1024 || s->offset() % kSlotAlignment != 0)
      return false;
    if (bytes(*s) > network_.arena_bytes() || s->offset() > network_.arena_bytes() - bytes(*s))
      return false;
  }
  return true;
}

bool Checker::step(const Step& s) {
  if (s.op() == nullptr) return false;  // a type without a table verifies
  switch (s.op_type()) {
    case Op_Convolution:
      return convolution(*s.op_as_Convolution());
    case Op_Positions: {
      const Positions& p = *s.op_as_Positions();
      return known(p.slot()) && is_float_slot(p.slot()) && p.values() != nullptr &&
             p.values()->size() == std::uint64_t{slot(p.slot()).time()} * slot(p.slot()).channels();
    }
    case Op_LayerNorm: {
      const LayerNorm& n = *s.op_as_LayerNorm();
      return known(n.input()) && is_float_slot(n.input()) && is_float_slot(n.output()) &&
             same_shape(n.input(), n.output()) && apart(n.input(), n.output()) && n.epsilon() > 0 &&
             made(n.output());
    }
    case Op_Attention:
      return attention(*s.op_as_Attention());
    case Op_Maximum: {
      const Maximum& m = *s.op_as_Maximum();
      return known(m.input()) && is_float_slot(m.input()) && is_float_slot(m.output()) &&
             shaped(m.output(), 1, slot(m.input()).channels()) && apart(m.input(), m.output()) &&
             made(m.output());
    }
    case Op_Leads:
      return leads(*s.op_as_Leads());
    case Op_Average: {
      const Average& a = *s.op_as_Average();
      return known(a.input()) && is_float_slot(a.input()) && is_float_slot(a.output()) &&
             slot(a.input()).channels() == slot(a.output()).channels() &&
             slot(a.input()).time() % slot(a.output()).time() == 0 &&
             apart(a.input(), a.output()) && made(a.output());
    }
    case Op_Quantize: {
      const Quantize& q = *s.op_as_Quantize();
      return known(q.input()) && is_float_slot(q.input()) && same_shape(q.input(), q.output()) &&
             slot(q.output()).element() == Element_Byte && apart(q.input(), q.output()) &&
             made(q.output());
    }
    default:
      return false;
  }
}

bool Checker::convolution(const Convolution& c) {
  if (!known(c.input()) || !is_slot(c.output()) || !apart(c.input(), c.output())) return false;
  if (c.bias() == nullptr) return false;
  const Slot &in = slot(c.input()), &out = slot(c.output());
  const std::uint64_t columns = c.bias()->size(), taps = c.taps(), stride = c.stride();
  if (taps == 0 || stride == 0 || c.phases() == 0 || columns == 0 || columns % kColumnMultiple != 0)
    return false;
  if (columns != std::uint64_t{out.channels()} * c.phases() || out.time() % c.phases() != 0)
    return false;
  const std::uint64_t rows = out.time() / c.phases();
  // The last row reads up to this row of the input, counted from its first.
  if (c.padding() > in.halo() || (rows - 1) * stride + taps > in.time() + in.halo() + c.padding())
    return false;
  if (c.add() != -1 && !(known(c.add()) && same_shape(c.add(), c.output()) &&
                         (same_place(c.add(), c.output()) || apart(c.add(), c.output()))))
    return false;
  return (in.element() == Element_Float ? float_convolution(c) : byte_convolution(c)) &&
         made(c.output(), taps * in.channels());
}

bool Checker::float_convolution(const Convolution& c) {
  if (!is_float_slot(c.output()) || (c.add() != -1 && !is_float_slot(c.add())) ||
      c.weight() == nullptr)
    return false;
  if (c.toom_cook()) return toom_cook(c);
  return c.weight()->size() ==
         std::uint64_t{c.taps()} * slot(c.input()).channels() * c.bias()->size();
}

bool Checker::toom_cook(const Convolution& c) {
  const Slot &in = slot(c.input()), &out = slot(c.output());
  const std::size_t groups = toom_cook_groups(c.taps(), c.stride()), rows = out.time() / c.phases(),
                    columns = c.bias()->size();
  const std::uint64_t channels = std::uint64_t{c.stride()} * in.channels(),
                      inputs = std::uint64_t{toom_cook_rows(rows, groups)} * c.stride(),
                      floats = kToomPoints * ((kToomTiles + groups) * channels +
                                              std::uint64_t{kToomTiles} * columns);
  if (channels > kMostElements || channels % kColumnMultiple != 0 || floats > kMostElements)
    return false;
  if (inputs > std::uint64_t{in.time()} + in.halo() + c.padding()) return false;
  if (c.weight()->size() !=
      toom_cook_weight_count(columns, groups * channels,
                             std::uint64_t{toom_cook_thirds(c.taps(), c.stride())} * in.channels()))
    return false;
  need(toom_cook_scratch(columns, static_cast<std::size_t>(channels), groups) * sizeof(float));
  return true;
}

bool Checker::byte_convolution(const Convolution& c) const {
  const std::uint64_t depth = std::uint64_t{c.taps()} * slot(c.input()).channels(),
                      whole = (depth + kDepthMultiple - 1) / kDepthMultiple * kDepthMultiple;
  if (depth > kMostByteDepth || c.weight8() == nullptr || c.sum() == nullptr ||
      c.scale() == nullptr || c.weight8()->size() != whole * c.bias()->size() ||
      c.sum()->size() != c.bias()->size() || c.scale()->size() != c.bias()->size())
    return false;
  // Of no numbers and infinities paths would make different ones.
  for (flatbuffers::uoffset_t i = 0; i < c.sum()->size(); ++i) {
    if (c.sum()->Get(i) < -kMostSum || c.sum()->Get(i) > kMostSum ||
        !std::isfinite(c.scale()->Get(i)) || !std::isfinite(c.bias()->Get(i)))
      return false;
  }
  return true;
}

bool Checker::attention(const Attention& a) {
  if (!known(a.input()) || !is_float_slot(a.input()) || !is_float_slot(a.output()) ||
      a.heads() == 0)
    return false;
  const std::size_t time = slot(a.output()).time(), width = slot(a.output()).channels();
  if (width > kMostElements / 3 || !shaped(a.input(), time, 3 * width) || width % a.heads() != 0 ||
      !apart(a.input(), a.output()))
    return false;
  const std::uint64_t floats = (std::uint64_t{width} / a.heads() + time) * kMostLanes;
  if (floats > kMostElements) return false;
  need(attention_scratch(time, width / a.heads()) * sizeof(float));
  return made(a.output(), 2 * std::uint64_t{time});
}

bool Checker::leads(const Leads& l) {
  const std::size_t time = model_.window();
  if (!known(l.measured()) || !is_float_slot(l.measured()) || !known(l.estimated()) ||
      !shaped(l.measured(), time, model_.leads()->size()) ||
      !shaped(l.estimated(), time, l.derive() ? 8 : kLeads) || !shaped(l.output(), time, kLeads) ||
      !apart(l.output(), l.measured()) || !apart(l.output(), l.estimated()))
    return false;
  restored_ = restored_ || l.output() == network_.restored();
  return made(l.output());
}

}  // namespace

ModelCheck check_model(const Model& model) {
  if (model.network() == nullptr) return {};
  Checker checker(model);
  const bool consistent = checker.consistent();
  return {consistent, checker.scratch};
}

}  // namespace liteheart::edge
