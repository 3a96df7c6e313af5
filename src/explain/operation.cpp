#include "explain/operation.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "ecg/leads.h"
#include "edge/model_generated.h"
#include "explain/convolution.h"

namespace liteheart::explain {
namespace {

namespace file = edge::file;

class Positions : public Operation {
 public:
  explicit Positions(const file::Positions& p)
      : Operation({p.slot()}, p.slot()), values_(p.values()->begin(), p.values()->end()) {}
  void run(Tape& tape, float*) const override {
    float* x = at(tape, writes()).row(0);
    for (std::size_t i = 0; i < values_.size(); ++i) x[i] += values_[i];
  }
  void trace(Tape&, const float*) const override {}

 private:
  std::vector<float> values_;
};

class LayerNorm : public Operation {
 public:
  LayerNorm(const file::LayerNorm& n, std::size_t rows)
      : Operation({n.input()}, n.output()), rows_(rows), epsilon_(n.epsilon()) {}
  std::size_t kept() const override { return rows_; }
  void run(Tape& tape, float* kept) const override;
  void trace(Tape& tape, const float* kept) const override;

 private:
  std::size_t rows_;
  float epsilon_;
};

void LayerNorm::run(Tape& tape, float* kept) const {
  const Activation& in = at(tape, reads()[0]);
  Activation& out = at(tape, writes());
  const auto n = static_cast<float>(in.channels);
  for (std::size_t t = 0; t < rows_; ++t) {
    const float* x = in.row(t);
    float *y = out.row(t), mean = 0, square = 0;
    for (std::size_t c = 0; c < in.channels; ++c) mean += x[c];
    mean /= n;
    for (std::size_t c = 0; c < in.channels; ++c) square += (x[c] - mean) * (x[c] - mean);
    kept[t] = 1 / std::sqrt(square / n + epsilon_);
    for (std::size_t c = 0; c < in.channels; ++c) y[c] = (x[c] - mean) * kept[t];
  }
}

void LayerNorm::trace(Tape& tape, const float* kept) const {
  Activation& in = at(tape, reads()[0]);
  const Activation& out = at(tape, writes());
  const auto n = static_cast<float>(in.channels);
  for (std::size_t t = 0; t < rows_; ++t) {
    const float *y = out.row(t), *g = out.gradient.data() + t * in.channels;
    float *to = in.gradient.data() + t * in.channels, mean = 0, along = 0;
    for (std::size_t c = 0; c < in.channels; ++c) mean += g[c], along += g[c] * y[c];
    mean /= n, along /= n;
    for (std::size_t c = 0; c < in.channels; ++c) to[c] += kept[t] * (g[c] - mean - y[c] * along);
  }
}

/// Keeps each head's weights, [head][time][time], zero where a row does not see.
class Attention : public Operation {
 public:
  Attention(const file::Attention& a, std::size_t rows, std::size_t channels)
      : Operation({a.input()}, a.output()),
        heads_(a.heads()),
        rows_(rows),
        channels_(channels),
        causal_(a.causal()) {}
  std::size_t kept() const override { return heads_ * rows_ * rows_; }
  void run(Tape& tape, float* kept) const override;
  void trace(Tape& tape, const float* kept) const override;

 private:
  std::size_t width() const { return channels_ / heads_; }
  float scale() const { return 1 / std::sqrt(static_cast<float>(width())); }
  std::size_t seen(std::size_t row) const { return causal_ ? row + 1 : rows_; }

  std::size_t heads_, rows_, channels_;
  bool causal_;
};

void Attention::run(Tape& tape, float* kept) const {
  const Activation& in = at(tape, reads()[0]);
  Activation& out = at(tape, writes());
  for (std::size_t h = 0; h < heads_; ++h) {
    for (std::size_t t = 0; t < rows_; ++t) {
      float* weight = kept + (h * rows_ + t) * rows_;
      const float* query = in.row(t) + h * width();
      float most = -INFINITY, sum = 0;
      for (std::size_t u = 0; u < seen(t); ++u) {
        const float* key = in.row(u) + channels_ + h * width();
        weight[u] = 0;
        for (std::size_t i = 0; i < width(); ++i) weight[u] += query[i] * key[i];
        weight[u] *= scale();
        most = std::max(most, weight[u]);
      }
      for (std::size_t u = 0; u < seen(t); ++u) sum += weight[u] = std::exp(weight[u] - most);
      float* y = out.row(t) + h * width();
      std::fill_n(y, width(), 0.0F);
      for (std::size_t u = 0; u < seen(t); ++u) {
        weight[u] /= sum;
        const float* value = in.row(u) + 2 * channels_ + h * width();
        for (std::size_t i = 0; i < width(); ++i) y[i] += weight[u] * value[i];
      }
    }
  }
}

void Attention::trace(Tape& tape, const float* kept) const {
  Activation& in = at(tape, reads()[0]);
  const Activation& out = at(tape, writes());
  const std::size_t step = in.channels;
  std::vector<float> by_weight(rows_);
  for (std::size_t h = 0; h < heads_; ++h) {
    float *by_query = in.gradient.data() + h * width(), *by_key = by_query + channels_,
          *by_value = by_key + channels_;
    for (std::size_t t = 0; t < rows_; ++t) {
      const float *weight = kept + (h * rows_ + t) * rows_, *query = in.row(t) + h * width(),
                  *g = out.gradient.data() + t * channels_ + h * width();
      float mean = 0;
      for (std::size_t u = 0; u < seen(t); ++u) {
        const float* value = in.row(u) + 2 * channels_ + h * width();
        by_weight[u] = 0;
        for (std::size_t i = 0; i < width(); ++i) {
          by_weight[u] += g[i] * value[i];
          by_value[u * step + i] += weight[u] * g[i];
        }
        mean += weight[u] * by_weight[u];
      }
      for (std::size_t u = 0; u < seen(t); ++u) {
        const float* key = in.row(u) + channels_ + h * width();
        const float by_score = scale() * weight[u] * (by_weight[u] - mean);
        for (std::size_t i = 0; i < width(); ++i) {
          by_query[t * step + i] += by_score * key[i];
          by_key[u * step + i] += by_score * query[i];
        }
      }
    }
  }
}

class Maximum : public Operation {
 public:
  explicit Maximum(const file::Maximum& m) : Operation({m.input()}, m.output()) {}
  void run(Tape& tape, float*) const override {
    const Activation& in = at(tape, reads()[0]);
    float* y = at(tape, writes()).row(0);
    for (std::size_t c = 0; c < in.channels; ++c) y[c] = in.row(place(in, c))[c];
  }
  void trace(Tape& tape, const float*) const override {
    Activation& in = at(tape, reads()[0]);
    const std::vector<float>& by_out = at(tape, writes()).gradient;
    for (std::size_t c = 0; c < in.channels; ++c)
      in.gradient[place(in, c) * in.channels + c] += by_out[c];
  }

 private:
  static std::size_t place(const Activation& in, std::size_t c) {
    std::size_t best = 0;
    for (std::size_t t = 1; t < in.time; ++t) {
      if (in.row(t)[c] > in.row(best)[c]) best = t;
    }
    return best;
  }
};

class Average : public Operation {
 public:
  Average(const file::Average& a, std::size_t rows)
      : Operation({a.input()}, a.output()), rows_(rows) {}
  void run(Tape& tape, float*) const override {
    const Activation& in = at(tape, reads()[0]);
    Activation& out = at(tape, writes());
    std::fill_n(out.row(0), out.size(), 0.0F);
    for (std::size_t t = 0; t < in.time; ++t) {
      const float* x = in.row(t);
      float* y = out.row(t / rows_);
      for (std::size_t c = 0; c < in.channels; ++c) y[c] += x[c] / static_cast<float>(rows_);
    }
  }
  void trace(Tape& tape, const float*) const override {
    Activation& in = at(tape, reads()[0]);
    const float* g = at(tape, writes()).gradient.data();
    for (std::size_t t = 0; t < in.time; ++t) {
      float* to = in.gradient.data() + t * in.channels;
      for (std::size_t c = 0; c < in.channels; ++c)
        to[c] += g[t / rows_ * in.channels + c] / static_cast<float>(rows_);
    }
  }

 private:
  std::size_t rows_;
};

/// Every lead is a sum of measured and estimated ones.
class Leads : public Operation {
 public:
  Leads(const file::Leads& l, std::size_t estimated, const std::vector<std::size_t>& measured);
  void run(Tape& tape, float*) const override;
  void trace(Tape& tape, const float*) const override;

 private:
  std::size_t measured_;                       // how many; the estimated ones stand behind
  std::array<std::vector<float>, kLeads> by_;  // [lead][measured or estimated]
};

Leads::Leads(const file::Leads& l, std::size_t estimated, const std::vector<std::size_t>& measured)
    : Operation({l.measured(), l.estimated()}, l.output()), measured_(measured.size()) {
  constexpr std::size_t kIndependent[] = {0, 1, 6, 7, 8, 9, 10, 11};
  const std::size_t all = measured_ + estimated;
  for (auto& row : by_) row.assign(all, 0);
  const auto is = [&](std::size_t lead, std::size_t source) {
    by_[lead].assign(all, 0);
    by_[lead][source] = 1;
  };
  const auto derived = [&](std::size_t lead, float i, float ii) {
    if (!l.derive()) return;
    for (std::size_t k = 0; k < all; ++k) by_[lead][k] = i * by_[0][k] + ii * by_[1][k];
  };
  for (std::size_t i = 0; i < estimated; ++i) is(l.derive() ? kIndependent[i] : i, measured_ + i);
  for (std::size_t i = 0; i < measured_; ++i) is(measured[i], i);
  derived(2, -1, 1);
  derived(3, -0.5F, -0.5F);
  derived(4, 1, -0.5F);
  derived(5, -0.5F, 1);
  for (std::size_t i = 0; i < measured_; ++i) is(measured[i], i);
}

void Leads::run(Tape& tape, float*) const {
  const Activation &measured = at(tape, reads()[0]), &estimated = at(tape, reads()[1]);
  Activation& out = at(tape, writes());
  for (std::size_t t = 0; t < out.time; ++t) {
    const float *x = measured.row(t), *e = estimated.row(t);
    for (std::size_t lead = 0; lead < kLeads; ++lead) {
      float sum = 0;
      for (std::size_t k = 0; k < measured_; ++k) sum += by_[lead][k] * x[k];
      for (std::size_t k = measured_; k < by_[lead].size(); ++k)
        sum += by_[lead][k] * e[k - measured_];
      out.row(t)[lead] = sum;
    }
  }
}

void Leads::trace(Tape& tape, const float*) const {
  Activation &measured = at(tape, reads()[0]), &estimated = at(tape, reads()[1]);
  const Activation& out = at(tape, writes());
  for (std::size_t t = 0; t < out.time; ++t) {
    float *by_x = measured.gradient.data() + t * measured.channels,
          *by_e = estimated.gradient.data() + t * estimated.channels;
    for (std::size_t lead = 0; lead < kLeads; ++lead) {
      const float g = out.gradient[t * kLeads + lead];
      for (std::size_t k = 0; k < measured_; ++k) by_x[k] += by_[lead][k] * g;
      for (std::size_t k = measured_; k < by_[lead].size(); ++k)
        by_e[k - measured_] += by_[lead][k] * g;
    }
  }
}

/// Rounding to bytes is the slot's affair; gradients go straight through it.
class Quantize : public Operation {
 public:
  explicit Quantize(const file::Quantize& q) : Operation({q.input()}, q.output()) {}
  void run(Tape& tape, float*) const override {
    const Activation& in = at(tape, reads()[0]);
    std::copy_n(in.row(0), in.size(), at(tape, writes()).row(0));
  }
  void trace(Tape& tape, const float*) const override {
    std::vector<float>& by_in = at(tape, reads()[0]).gradient;
    const std::vector<float>& by_out = at(tape, writes()).gradient;
    for (std::size_t i = 0; i < by_in.size(); ++i) by_in[i] += by_out[i];
  }
};

}  // namespace

std::unique_ptr<Operation> make_operation(const file::Model& model, const file::Step& step) {
  const file::Network& network = *model.network();
  const auto slot = [&](int i) -> const file::Slot& {
    return *network.slots()->Get(static_cast<flatbuffers::uoffset_t>(i));
  };
  switch (step.op_type()) {
    case file::Op_Convolution:
      return std::make_unique<ConvolutionOperation>(*step.op_as_Convolution(), network);
    case file::Op_Positions:
      return std::make_unique<Positions>(*step.op_as_Positions());
    case file::Op_LayerNorm:
      return std::make_unique<LayerNorm>(*step.op_as_LayerNorm(),
                                         slot(step.op_as_LayerNorm()->input()).time());
    case file::Op_Attention: {
      const file::Slot& out = slot(step.op_as_Attention()->output());
      return std::make_unique<Attention>(*step.op_as_Attention(), out.time(), out.channels());
    }
    case file::Op_Maximum:
      return std::make_unique<Maximum>(*step.op_as_Maximum());
    case file::Op_Average: {
      const file::Average& a = *step.op_as_Average();
      return std::make_unique<Average>(a, slot(a.input()).time() / slot(a.output()).time());
    }
    case file::Op_Leads: {
      const file::Leads& l = *step.op_as_Leads();
      return std::make_unique<Leads>(
          l, slot(l.estimated()).channels(),
          std::vector<std::size_t>(model.leads()->begin(), model.leads()->end()));
    }
    default:
      return std::make_unique<Quantize>(*step.op_as_Quantize());
  }
}

std::size_t floats_needed(const file::Model& model, const file::Step& step) {
  const auto* c = step.op_as_Convolution();
  return c == nullptr ? 0 : ConvolutionOperation::floats_needed(*c, *model.network());
}

}  // namespace liteheart::explain
