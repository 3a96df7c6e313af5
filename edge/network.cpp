#include "edge/network.h"

#include <cmath>
#include <cstring>

#include "edge/model_generated.h"

namespace liteheart::edge {
namespace {

using namespace file;

constexpr std::size_t kLeads = 12, kMostFloats = std::size_t{1} << 28;
// Where the leads stand among 12, and of I, II, V1..V6.
constexpr std::size_t kIndependent[] = {0, 1, 6, 7, 8, 9, 10, 11};

struct View {
  float* data;  // row 0
  std::size_t time, channels;
};

/// Checks one model's tables against each other; what run() relies on.
class Checker {
 public:
  explicit Checker(const Model& model) : model_(model), network_(*model.network()) {}

  bool consistent();
  std::size_t scratch = 0;

 private:
  bool slots() const;
  bool is_slot(int index) const {
    return index >= 0 && static_cast<std::size_t>(index) < network_.slots()->size();
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
  std::uint64_t end(int index) const {
    const Slot& s = slot(index);
    return s.offset() + (std::uint64_t{s.time()} + 2U * network_.halo_rows()) * s.channels();
  }
  bool step(const Step& step);
  bool convolution(const Convolution& c) const;
  bool attention(const Attention& a);
  bool leads(const Leads& l) const;
  bool layer_norm(const LayerNorm& n) const {
    return same_shape(n.input(), n.output()) && apart(n.input(), n.output()) && n.epsilon() > 0;
  }

  const Model& model_;
  const Network& network_;
};

bool Checker::consistent() {
  const auto* leads = model_.leads();
  const auto* diagnoses = model_.diagnoses();
  if (leads == nullptr || leads->size() == 0 || leads->size() > kLeads) return false;
  for (flatbuffers::uoffset_t i = 0; i < leads->size(); ++i) {
    if (leads->Get(i) >= kLeads || (i > 0 && leads->Get(i) <= leads->Get(i - 1))) return false;
  }
  if (diagnoses == nullptr || diagnoses->size() == 0) return false;
  for (const auto* d : *diagnoses) {
    if (d->code() == nullptr || d->abbreviation() == nullptr || d->name() == nullptr) return false;
    if (!std::isfinite(d->threshold()) || !std::isfinite(d->slope()) ||
        !std::isfinite(d->intercept()))
      return false;
  }
  const double rate = model_.rate_hz(), low = model_.low_hz(), high = model_.high_hz();
  if (!(rate >= 1 && rate <= 100'000 && low > 0 && low < high && high < rate / 2)) return false;
  if (model_.window() < 1 || model_.window() > (1U << 20) || !slots()) return false;
  if (!shaped(network_.input(), model_.window(), leads->size())) return false;
  if (network_.restored() != -1 && !shaped(network_.restored(), model_.window(), kLeads))
    return false;
  if (!is_slot(network_.logits()) || slot(network_.logits()).channels() < diagnoses->size())
    return false;
  if (network_.steps() == nullptr) return false;
  for (const auto* s : *network_.steps()) {
    if (!step(*s)) return false;
  }
  return true;
}

bool Checker::slots() const {
  if (network_.slots() == nullptr || network_.halo_rows() > 1024 ||
      network_.arena_floats() > kMostFloats)
    return false;
  for (const auto* s : *network_.slots()) {
    const std::uint64_t rows = std::uint64_t{s->time()} + 2U * network_.halo_rows();
    if (s->time() == 0 || s->channels() == 0 || s->time() > kMostFloats ||
        s->channels() > kMostFloats || rows * s->channels() > network_.arena_floats() ||
        s->offset() > network_.arena_floats() - rows * s->channels())
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
      return is_slot(p.slot()) && p.values() != nullptr &&
             p.values()->size() == std::uint64_t{slot(p.slot()).time()} * slot(p.slot()).channels();
    }
    case Op_LayerNorm:
      return layer_norm(*s.op_as_LayerNorm());
    case Op_Attention:
      return attention(*s.op_as_Attention());
    case Op_Maximum: {
      const Maximum& m = *s.op_as_Maximum();
      return is_slot(m.input()) && shaped(m.output(), 1, slot(m.input()).channels()) &&
             apart(m.input(), m.output());
    }
    case Op_Leads:
      return leads(*s.op_as_Leads());
    default:
      return false;
  }
}

bool Checker::convolution(const Convolution& c) const {
  if (!is_slot(c.input()) || !is_slot(c.output()) || !apart(c.input(), c.output())) return false;
  if (c.weight() == nullptr || c.bias() == nullptr) return false;
  const Slot &in = slot(c.input()), &out = slot(c.output());
  const std::uint64_t columns = c.bias()->size(), taps = c.taps(), stride = c.stride();
  if (taps == 0 || stride == 0 || c.phases() == 0 || columns == 0 || columns % kColumnMultiple != 0)
    return false;
  if (columns != std::uint64_t{out.channels()} * c.phases() || out.time() % c.phases() != 0)
    return false;
  const std::uint64_t rows = out.time() / c.phases(), halo = network_.halo_rows();
  // The last row reads up to this row of the input, counted from its first.
  if (c.padding() > halo || (rows - 1) * stride + taps > in.time() + halo + c.padding())
    return false;
  if (c.weight()->size() != taps * in.channels() * columns) return false;
  return c.add() == -1 ||
         (same_shape(c.add(), c.output()) && (c.add() == c.output() || apart(c.add(), c.output())));
}

bool Checker::attention(const Attention& a) {
  if (!is_slot(a.input()) || !is_slot(a.output()) || a.heads() == 0) return false;
  const std::size_t time = slot(a.output()).time(), width = slot(a.output()).channels();
  if (!shaped(a.input(), time, 3 * width) || width % a.heads() != 0 ||
      !apart(a.input(), a.output()))
    return false;
  const std::size_t floats = attention_scratch(time, width / a.heads());
  scratch = floats > scratch ? floats : scratch;
  return scratch <= kMostFloats;
}

bool Checker::leads(const Leads& l) const {
  const std::size_t time = model_.window();
  return shaped(l.measured(), time, model_.leads()->size()) &&
         shaped(l.estimated(), time, l.derive() ? 8 : kLeads) && shaped(l.output(), time, kLeads) &&
         l.output() != l.measured() && l.output() != l.estimated();
}

/// One run of a checked network.
class Runner {
 public:
  Runner(const Model& model, float* arena, const Kernels& kernels)
      : model_(model), network_(*model.network()), arena_(arena), kernels_(kernels) {}

  View view(int index) const {
    const Slot& s = *network_.slots()->Get(static_cast<flatbuffers::uoffset_t>(index));
    return {arena_ + s.offset() + std::size_t{network_.halo_rows()} * s.channels(), s.time(),
            s.channels()};
  }
  /// The slot's view with zeros around it: slots share memory, so what is there is of no meaning.
  View begin(int index) const;
  void step(const Step& step) const;

 private:
  void convolution(const Convolution& c) const;
  void attention(const Attention& a) const;
  void leads(const Leads& l) const;

  const Model& model_;
  const Network& network_;
  float* arena_;
  const Kernels& kernels_;
};

View Runner::begin(int index) const {
  const View v = view(index);
  const std::size_t halo = std::size_t{network_.halo_rows()} * v.channels;
  std::memset(v.data - halo, 0, halo * sizeof(float));
  std::memset(v.data + v.time * v.channels, 0, halo * sizeof(float));
  return v;
}

void Runner::convolution(const Convolution& c) const {
  const View in = view(c.input()), out = begin(c.output());
  kernels_.gemm({in.data - std::size_t{c.padding()} * in.channels, c.weight()->data(),
                 c.bias()->data(), c.add() < 0 ? nullptr : view(c.add()).data, out.data,
                 out.time / c.phases(), out.channels * c.phases(), c.taps() * in.channels,
                 c.stride() * in.channels, c.leaky()});
}

void Runner::attention(const Attention& a) const {
  const View in = view(a.input()), out = begin(a.output());
  const std::size_t width = out.channels / a.heads();
  float* scratch = arena_ + network_.arena_floats();
  for (std::size_t h = 0; h < a.heads(); ++h) {
    const float* query = in.data + h * width;
    kernels_.attention({query, query + out.channels, query + 2 * out.channels, out.data + h * width,
                        scratch, out.time, width, in.channels, out.channels,
                        1 / std::sqrt(static_cast<float>(width)), a.causal()});
  }
}

void Runner::leads(const Leads& l) const {
  const View measured = view(l.measured()), estimated = view(l.estimated()),
             out = begin(l.output());
  const auto& given = *model_.leads();
  for (std::size_t t = 0; t < out.time; ++t) {
    float* y = out.data + t * kLeads;
    const float *x = measured.data + t * measured.channels,
                *e = estimated.data + t * estimated.channels;
    for (std::size_t i = 0; i < estimated.channels; ++i) y[l.derive() ? kIndependent[i] : i] = e[i];
    // The derived leads follow from the leads that are given out, measured ones included.
    for (flatbuffers::uoffset_t i = 0; i < given.size(); ++i) y[given.Get(i)] = x[i];
    if (!l.derive()) continue;
    y[2] = y[1] - y[0];
    y[3] = -(y[0] + y[1]) / 2;
    y[4] = y[0] - y[1] / 2;
    y[5] = y[1] - y[0] / 2;
    for (flatbuffers::uoffset_t i = 0; i < given.size(); ++i) y[given.Get(i)] = x[i];
  }
}

void layer_norm(const View& in, const View& out, float epsilon) {
  for (std::size_t t = 0; t < in.time; ++t) {
    const float* x = in.data + t * in.channels;
    float* y = out.data + t * in.channels;
    const auto n = static_cast<float>(in.channels);
    float sum = 0, square = 0;
    for (std::size_t c = 0; c < in.channels; ++c) sum += x[c];
    const float mean = sum / n;
    for (std::size_t c = 0; c < in.channels; ++c) square += (x[c] - mean) * (x[c] - mean);
    const float scale = 1 / std::sqrt(square / n + epsilon);
    for (std::size_t c = 0; c < in.channels; ++c) y[c] = (x[c] - mean) * scale;
  }
}

void maximum(const View& in, const View& out) {
  std::memcpy(out.data, in.data, in.channels * sizeof(float));
  for (std::size_t t = 1; t < in.time; ++t) {
    const float* x = in.data + t * in.channels;
    for (std::size_t c = 0; c < in.channels; ++c)
      out.data[c] = x[c] > out.data[c] ? x[c] : out.data[c];
  }
}

void Runner::step(const Step& s) const {
  switch (s.op_type()) {
    case Op_Convolution:
      return convolution(*s.op_as_Convolution());
    case Op_Positions: {
      const View v = view(s.op_as_Positions()->slot());
      const float* values = s.op_as_Positions()->values()->data();
      for (std::size_t i = 0; i < v.time * v.channels; ++i) v.data[i] += values[i];
      return;
    }
    case Op_LayerNorm: {
      const LayerNorm& n = *s.op_as_LayerNorm();
      return layer_norm(view(n.input()), begin(n.output()), n.epsilon());
    }
    case Op_Attention:
      return attention(*s.op_as_Attention());
    case Op_Maximum:
      return maximum(view(s.op_as_Maximum()->input()), begin(s.op_as_Maximum()->output()));
    case Op_Leads:
      return leads(*s.op_as_Leads());
    default:
      return;
  }
}

}  // namespace

const char* status_text(ModelStatus status) {
  switch (status) {
    case ModelStatus::kOk:
      return "no error";
    case ModelStatus::kNoModel:
      return "is no LiteHeart edge model of this version, or is cut off";
    case ModelStatus::kDamaged:
      return "is damaged: its tables do not verify";
    case ModelStatus::kInconsistent:
      return "is damaged: its tables contradict each other";
    case ModelStatus::kArenaTooSmall:
      return "needs a larger arena";
  }
  return "unknown status";
}

ModelStatus EdgeModel::open(const void* bytes, std::size_t size, EdgeModel& model) {
  model = EdgeModel();
  // The identifier stands behind the root's offset.
  if (bytes == nullptr || size < 16 || size > FLATBUFFERS_MAX_BUFFER_SIZE ||
      !ModelBufferHasIdentifier(bytes))
    return ModelStatus::kNoModel;
  flatbuffers::Verifier verifier(static_cast<const std::uint8_t*>(bytes), size);
  if (!VerifyModelBuffer(verifier)) return ModelStatus::kDamaged;
  const Model* read = GetModel(bytes);
  if (read->network() == nullptr) return ModelStatus::kInconsistent;
  Checker checker(*read);
  if (!checker.consistent()) return ModelStatus::kInconsistent;
  model.model_ = read;
  model.scratch_ = checker.scratch;
  return ModelStatus::kOk;
}

Conditioning EdgeModel::conditioning() const {
  return {model_->rate_hz(), static_cast<std::int32_t>(model_->window()), model_->low_hz(),
          model_->high_hz(),
          model_->z_score() ? Normalization::kZScore : Normalization::kFixedGain};
}

std::size_t EdgeModel::leads() const { return model_->leads()->size(); }

int EdgeModel::lead(std::size_t i) const {
  return model_->leads()->Get(static_cast<flatbuffers::uoffset_t>(i));
}

std::size_t EdgeModel::diagnoses() const { return model_->diagnoses()->size(); }

EdgeDiagnosis EdgeModel::diagnosis(std::size_t i) const {
  const Diagnosis& d = *model_->diagnoses()->Get(static_cast<flatbuffers::uoffset_t>(i));
  return {d.code()->c_str(), d.abbreviation()->c_str(),
          d.name()->c_str(), d.scored(),
          d.judged(),        d.threshold(),
          d.slope(),         d.intercept()};
}

bool EdgeModel::restores() const { return model_->network()->restored() >= 0; }

const char* EdgeModel::provenance() const {
  return model_->provenance() == nullptr ? "" : model_->provenance()->c_str();
}

std::uint64_t EdgeModel::multiply_adds() const {
  std::uint64_t sum = 0;
  const Network& network = *model_->network();
  for (const auto* s : *network.steps()) {
    const auto* c = s->op_as_Convolution();
    if (c == nullptr) continue;
    const Slot& out = *network.slots()->Get(c->output());
    sum += std::uint64_t{out.time()} / c->phases() * c->weight()->size();
  }
  return sum;
}

std::size_t EdgeModel::arena_floats() const { return model_->network()->arena_floats() + scratch_; }

ModelStatus EdgeModel::run(const float* window, float* arena, std::size_t arena_floats,
                           float* logits, float* restored, const Kernels& kernels) const {
  if (arena_floats < this->arena_floats()) return ModelStatus::kArenaTooSmall;
  const Network& network = *model_->network();
  const Runner runner(*model_, arena, kernels);
  const View in = runner.begin(network.input());
  for (std::size_t lead = 0; lead < in.channels; ++lead) {
    for (std::size_t t = 0; t < in.time; ++t)
      in.data[t * in.channels + lead] = window[lead * in.time + t];
  }
  for (const auto* s : *network.steps()) {
    runner.step(*s);
    // Later steps may reuse the restored leads' memory.
    const auto* made = s->op_as_Leads();
    if (restored == nullptr || made == nullptr || made->output() != network.restored()) continue;
    const View out = runner.view(network.restored());
    for (std::size_t lead = 0; lead < kLeads; ++lead) {
      for (std::size_t t = 0; t < out.time; ++t)
        restored[lead * out.time + t] = out.data[t * kLeads + lead];
    }
  }
  std::memcpy(logits, runner.view(network.logits()).data, diagnoses() * sizeof(float));
  return ModelStatus::kOk;
}

}  // namespace liteheart::edge
