#include "edge/network.h"

#include <cmath>
#include <cstring>

#include "edge/measure.h"
#include "edge/model_check.h"
#include "edge/model_generated.h"
#include "edge/quantize.h"
#include "edge/trees.h"
#define LITEHEART_LANES 4
#include "edge/vectors.h"

namespace liteheart::edge {
namespace {

using namespace file;

constexpr std::size_t kLeads = 12;

struct View {
  Elements elements;  // from row 0 on
  std::size_t time, channels;
  float* floats() const { return static_cast<float*>(elements.data); }
  std::uint8_t* bytes() const { return static_cast<std::uint8_t*>(elements.data); }
};

/// Where in the arena the steps' scratch begins, behind all slots.
std::size_t scratch_offset(const Network& network) {
  return (network.arena_bytes() + kSlotAlignment - 1) / kSlotAlignment * kSlotAlignment;
}

/// III, aVR, aVL and aVF from I and II, in a row of 12 leads.
void derive_limb_leads(float* y) {
  y[2] = y[1] - y[0];
  y[3] = -(y[0] + y[1]) / 2;
  y[4] = y[0] - y[1] / 2;
  y[5] = y[1] - y[0] / 2;
}

/// One run of a checked network.
class Runner {
 public:
  Runner(const Model& model, std::uint8_t* arena, const Kernels& kernels)
      : model_(model), network_(*model.network()), arena_(arena), kernels_(kernels) {}

  View view(int index) const;
  /// The slot's view with zeros around it: slots share memory, so what is there is of no meaning.
  View begin(int index) const;
  void step(const Step& step) const;

 private:
  void convolution(const Convolution& c) const;
  void attention(const Attention& a) const;
  void leads(const Leads& l) const;

  float* scratch() const { return reinterpret_cast<float*>(arena_ + scratch_offset(network_)); }

  const Model& model_;
  const Network& network_;
  std::uint8_t* arena_;
  const Kernels& kernels_;
};

std::size_t element_bytes(const Slot& s) {
  return s.element() == Element_Float ? sizeof(float) : 1;
}

View Runner::view(int index) const {
  const Slot& s = *network_.slots()->Get(static_cast<flatbuffers::uoffset_t>(index));
  const std::size_t halo = std::size_t{s.halo()} * s.channels() * element_bytes(s);
  return {{arena_ + s.offset() + halo, s.element() == Element_Byte, s.scale(), s.zero()},
          s.time(),
          s.channels()};
}

View Runner::begin(int index) const {
  const View v = view(index);
  const Slot& s = *network_.slots()->Get(static_cast<flatbuffers::uoffset_t>(index));
  const std::size_t row = v.channels * element_bytes(s), halo = s.halo() * row;
  const int zero = v.elements.bytes ? v.elements.zero : 0;
  std::memset(v.bytes() - halo, zero, halo);
  std::memset(v.bytes() + v.time * row, zero, halo);
  return v;
}

void Runner::convolution(const Convolution& c) const {
  const View in = view(c.input());
  const Elements add = c.add() < 0 ? Elements{} : view(c.add()).elements;
  const View out = begin(c.output());
  const std::size_t rows = out.time / c.phases(), columns = out.channels * c.phases(),
                    depth = c.taps() * in.channels, in_step = c.stride() * in.channels,
                    before = std::size_t{c.padding()} * in.channels;
  if (in.elements.bytes) {
    const std::size_t whole = (depth + kDepthMultiple - 1) / kDepthMultiple * kDepthMultiple;
    kernels_.byte_gemm({in.bytes() - before, c.weight8()->data(), c.sum()->data(),
                        c.scale()->data(), c.bias()->data(), add, out.elements, rows, columns,
                        whole, in_step, c.leaky()});
  } else if (c.toom_cook()) {
    kernels_.toom_cook({in.floats() - before, c.weight()->data(), c.bias()->data(),
                        static_cast<const float*>(add.data), out.floats(), scratch(), rows, columns,
                        c.stride() * in.channels, toom_cook_groups(c.taps(), c.stride()),
                        toom_cook_thirds(c.taps(), c.stride()) * in.channels, c.leaky()});
  } else {
    kernels_.gemm({in.floats() - before, c.weight()->data(), c.bias()->data(),
                   static_cast<const float*>(add.data), out.floats(), rows, columns, depth, in_step,
                   c.leaky()});
  }
}

void Runner::attention(const Attention& a) const {
  const View in = view(a.input()), out = begin(a.output());
  const std::size_t width = out.channels / a.heads();
  const auto attend = a.exact() ? kernels_.attention_exact : kernels_.attention;
  for (std::size_t h = 0; h < a.heads(); ++h) {
    const float* query = in.floats() + h * width;
    attend({query, query + out.channels, query + 2 * out.channels, out.floats() + h * width,
            scratch(), out.time, width, in.channels, out.channels,
            1 / std::sqrt(static_cast<float>(width)), a.causal()});
  }
}

constexpr std::size_t kBlock = 16;  // rows that are turned together

/// Rows of elements as floats, whatever stands for them.
class Rows {
 public:
  Rows(const View& v, const Kernels& kernels)
      : e_(v.elements), channels_(v.channels), kernels_(kernels) {}
  /// to: [count][channels].
  void read(std::size_t first, std::size_t count, float* __restrict to) const {
    const std::size_t from = first * channels_, elements = count * channels_;
    if (!e_.bytes) {
      std::memcpy(to, static_cast<const float*>(e_.data) + from, elements * sizeof(float));
      return;
    }
    const auto* bytes = static_cast<const std::uint8_t*>(e_.data) + from;
    const float scale = e_.scale;
    const std::uint8_t zero = e_.zero;
    // By four, which are turned at once: what is read as bytes has 8 or 12 channels.
    for (std::size_t i = 0; i + 4 <= elements; i += 4) {
      for (std::size_t k = 0; k < 4; ++k) to[i + k] = from_byte(bytes[i + k], scale, zero);
    }
  }
  void write(std::size_t first, std::size_t count, const float* __restrict from) const {
    const std::size_t to = first * channels_, elements = count * channels_;
    if (!e_.bytes) {
      std::memcpy(static_cast<float*>(e_.data) + to, from, elements * sizeof(float));
      return;
    }
    Elements at = e_;
    at.data = static_cast<std::uint8_t*>(e_.data) + to;
    kernels_.to_bytes(from, elements, at);
  }

 private:
  Elements e_;
  std::size_t channels_;
  const Kernels& kernels_;
};

void Runner::leads(const Leads& l) const {
  const View to = begin(l.output()), from = view(l.estimated()), measured = view(l.measured());
  const Rows estimated(from, kernels_), out(to, kernels_);
  const std::size_t width = from.channels, given = model_.leads()->size();
  std::size_t lead[kLeads];
  for (std::size_t i = 0; i < given; ++i)
    lead[i] = model_.leads()->Get(static_cast<flatbuffers::uoffset_t>(i));
  float block_e[kBlock * kLeads], block_y[kBlock * kLeads];
  for (std::size_t first = 0; first < to.time; first += kBlock) {
    const std::size_t count = to.time - first < kBlock ? to.time - first : kBlock;
    estimated.read(first, count, block_e);
    for (std::size_t t = 0; t < count; ++t) {
      const float *x = measured.floats() + (first + t) * given, *e = block_e + t * width;
      float* y = block_y + t * kLeads;
      const auto measure = [&] {
        for (std::size_t i = 0; i < given; ++i) y[lead[i]] = x[i];
      };
      if (!l.derive()) {
        std::memcpy(y, e, kLeads * sizeof *y);
        measure();
        continue;
      }
      // I, II, V1..V6. The derived leads follow from the leads that are given out, measured ones
      // included.
      std::memcpy(y, e, 2 * sizeof *y);
      std::memcpy(y + 6, e + 2, 6 * sizeof *y);
      measure();
      derive_limb_leads(y);
      measure();
    }
    out.write(first, count, block_y);
  }
}

/// The sum of term(x) in sixteen sums side by side, always the same, so that none waits for
/// another; what is beyond a multiple of 16 comes last.
template <class Term>
float sum_of(const float* x, std::size_t count, Term term) {
  constexpr std::size_t kVectors = 16 / kLanes;
  Vector part[kVectors] = {};
  std::size_t c = 0;
  for (; c + 16 <= count; c += 16) {
    for (std::size_t i = 0; i < kVectors; ++i) part[i] += term(load(x + c + i * kLanes));
  }
  const Vector four = (part[0] + part[1]) + (part[2] + part[3]);
  float sum = (four[0] + four[1]) + (four[2] + four[3]);
  for (; c < count; ++c) sum += term(x[c]);
  return sum;
}

void layer_norm(const View& in, const View& out, float epsilon) {
  const auto n = static_cast<float>(in.channels);
  for (std::size_t t = 0; t < in.time; ++t) {
    const float* __restrict x = in.floats() + t * in.channels;
    float* __restrict y = out.floats() + t * in.channels;
    const float mean = sum_of(x, in.channels, [](auto v) { return v; }) / n;
    const auto square = [mean](auto v) { return (v - mean) * (v - mean); };
    const float scale = 1 / std::sqrt(sum_of(x, in.channels, square) / n + epsilon);
    std::size_t c = 0;
    for (; c + kLanes <= in.channels; c += kLanes) store(y + c, (load(x + c) - mean) * scale);
    for (; c < in.channels; ++c) y[c] = (x[c] - mean) * scale;
  }
}

void maximum(const View& in, const View& out) {
  float* y = out.floats();
  std::memcpy(y, in.floats(), in.channels * sizeof(float));
  for (std::size_t t = 1; t < in.time; ++t) {
    const float* x = in.floats() + t * in.channels;
    for (std::size_t c = 0; c < in.channels; ++c) y[c] = x[c] > y[c] ? x[c] : y[c];
  }
}

void average(const View& in, const View& out) {
  const std::size_t rows = in.time / out.time, channels = in.channels;
  const float share = 1 / static_cast<float>(rows);
  for (std::size_t t = 0; t < out.time; ++t) {
    const float* __restrict x = in.floats() + t * rows * channels;
    float* __restrict y = out.floats() + t * channels;
    for (std::size_t c = 0; c < channels; ++c) {
      float sum = x[c];
      for (std::size_t r = 1; r < rows; ++r) sum += x[r * channels + c];
      y[c] = sum * share;
    }
  }
}

void Runner::step(const Step& s) const {
  switch (s.op_type()) {
    case Op_Convolution:
      return convolution(*s.op_as_Convolution());
    case Op_Positions: {
      const View v = view(s.op_as_Positions()->slot());
      const float* values = s.op_as_Positions()->values()->data();
      for (std::size_t i = 0; i < v.time * v.channels; ++i) v.floats()[i] += values[i];
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
    case Op_Average:
      return average(view(s.op_as_Average()->input()), begin(s.op_as_Average()->output()));
    case Op_Leads:
      return leads(*s.op_as_Leads());
    case Op_Quantize: {
      const View in = view(s.op_as_Quantize()->input());
      return Rows(begin(s.op_as_Quantize()->output()), kernels_).write(0, in.time, in.floats());
    }
    default:
      return;
  }
}

/// The slot that a step writes.
int output_of(const Step& s) {
  switch (s.op_type()) {
    case Op_Convolution:
      return s.op_as_Convolution()->output();
    case Op_Positions:
      return s.op_as_Positions()->slot();
    case Op_LayerNorm:
      return s.op_as_LayerNorm()->output();
    case Op_Attention:
      return s.op_as_Attention()->output();
    case Op_Maximum:
      return s.op_as_Maximum()->output();
    case Op_Average:
      return s.op_as_Average()->output();
    case Op_Leads:
      return s.op_as_Leads()->output();
    default:
      return s.op_as_Quantize()->output();
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
  const ModelCheck check = check_model(*GetModel(bytes));
  if (!check.consistent) return ModelStatus::kInconsistent;
  model.model_ = GetModel(bytes);
  model.scratch_bytes_ = check.scratch_bytes;
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

float EdgeModel::measured_share() const {
  return model_->trees() == nullptr ? 0 : model_->trees()->share();
}

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
    const std::uint64_t rows = out.time() / c->phases(), columns = c->bias()->size();
    sum += rows * columns * c->taps() * network.slots()->Get(c->input())->channels();
  }
  return sum;
}

bool EdgeModel::bytes() const {
  for (const auto* s : *model_->network()->slots()) {
    if (s->element() == file::Element_Byte) return true;
  }
  return false;
}

// What does not fit a size_t, on a small processor, no arena can hold.
std::size_t EdgeModel::arena_bytes() const {
  const std::size_t running = scratch_offset(*model_->network()) + scratch_bytes_,
                    measuring = model_->trees() == nullptr
                                    ? 0
                                    : measure_memory(leads(), model_->window(), model_->rate_hz());
  return kSlotAlignment + (running > measuring ? running : measuring) + kSlotAlignment;
}

ModelStatus EdgeModel::run(const float* window, void* arena, std::size_t arena_bytes, float* logits,
                           const Restored* restored, const Kernels& kernels,
                           const Observer* observer) const {
  if (arena_bytes < this->arena_bytes()) return ModelStatus::kArenaTooSmall;
  const Network& network = *model_->network();
  const auto address = reinterpret_cast<std::uintptr_t>(arena);
  auto* const aligned = static_cast<std::uint8_t*>(arena) +
                        (kSlotAlignment - address % kSlotAlignment) % kSlotAlignment;
  const Runner runner(*model_, aligned, kernels);
  const View in = runner.begin(network.input());
  for (std::size_t lead = 0; lead < in.channels; ++lead) {
    for (std::size_t t = 0; t < in.time; ++t)
      in.floats()[t * in.channels + lead] = window[lead * in.time + t];
  }
  std::size_t count = 0;
  for (const auto* s : *network.steps()) {
    runner.step(*s);
    if (observer != nullptr) {
      const View made = runner.view(output_of(*s));
      observer->saw(observer->user, count++, made.elements, made.time * made.channels);
    }
    // Later steps may reuse the restored leads' memory.
    const auto* made = s->op_as_Leads();
    if (restored == nullptr || made == nullptr || made->output() != network.restored()) continue;
    const View out = runner.view(network.restored());
    const Rows leads(out, kernels);
    for (std::size_t t = 0; t < restored->samples; ++t) {
      float row[kLeads];
      leads.read(t, 1, row);
      // What was measured is given back as it came, also where the network works on bytes.
      const auto give_measured = [&] {
        for (std::size_t i = 0; i < in.channels; ++i) row[lead(i)] = window[i * in.time + t];
      };
      give_measured();
      if (made->derive()) {
        derive_limb_leads(row);
        give_measured();
      }
      for (std::size_t lead = 0; lead < kLeads; ++lead)
        restored->data[lead * restored->step + t] = row[lead];
    }
  }
  std::memcpy(logits, runner.view(network.logits()).floats(), diagnoses() * sizeof(float));
  if (model_->trees() != nullptr) {
    float measured[kMeasurements];
    const GivenLeads given = {window, model_->leads()->data(), in.channels, in.time, in.time, 1};
    measure_window(given, model_->rate_hz(), aligned, measured);
    add_trees(*model_->trees(), measured, logits);
  }
  return ModelStatus::kOk;
}

}  // namespace liteheart::edge
