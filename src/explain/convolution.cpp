#include "explain/convolution.h"

#include <algorithm>

#include "edge/kernels.h"
#include "edge/model_generated.h"

namespace liteheart::explain {
namespace {

using edge::file::Convolution, edge::file::Network, edge::file::Slot;

const Slot& slot(const Network& network, int i) {
  return *network.slots()->Get(static_cast<flatbuffers::uoffset_t>(i));
}

Transpose transpose_of(const Convolution& c, const Network& network) {
  const Slot& in = slot(network, c.input());
  return {{c.taps(), c.stride(), c.padding(), in.channels()}, in.time(), c.bias()->size()};
}

/// What toom_cook.h makes of three taps, taken back: see toom_cook_weights of nn/products.h.
void from_toom_cook(const Convolution& c, std::size_t channels, Panels& weight) {
  const float* points = c.weight()->data();
  const std::size_t unit = c.stride() * channels, columns = weight.columns,
                    depth = edge::toom_cook_groups(c.taps(), c.stride()) * unit,
                    end_depth = edge::toom_cook_thirds(c.taps(), c.stride()) * channels;
  for (std::size_t row = 0; row < weight.depth; ++row) {
    const std::size_t third = row / unit, from = third / 3 * unit + row % unit;
    for (std::size_t column = 0; column < columns; ++column) {
      const auto value = [&](std::size_t point, std::size_t there) {
        return points[point * depth * columns + edge::weight_at(there, columns, from, column)];
      };
      weight.at(row, column) = third % 3 == 0   ? 2 * value(0, depth)
                               : third % 3 == 1 ? 3 * value(2, depth) - value(1, depth)
                                                : value(4, end_depth);
    }
  }
}

/// What a step of the output stands for.
float step_of(const Slot& out) {
  return out.element() == edge::file::Element_Byte ? out.scale() : 1;
}

void from_bytes(const Convolution& c, const Slot& in, const Slot& out, Panels& weight) {
  constexpr std::size_t kGroup = edge::kDepthMultiple;
  const std::int8_t* bytes = c.weight8()->data();
  const float factor = step_of(out) / in.scale();
  for (std::size_t row = 0; row < weight.depth; ++row) {
    for (std::size_t column = 0; column < weight.columns; ++column) {
      const std::size_t from = (row / kGroup * weight.columns + column) * kGroup + row % kGroup;
      weight.at(row, column) = static_cast<float>(bytes[from]) * c.scale()->data()[column] * factor;
    }
  }
}

Panels plain_weight(const Convolution& c, const Network& network) {
  const Slot& in = slot(network, c.input());
  Panels weight(std::size_t{c.taps()} * in.channels(), c.bias()->size());
  if (in.element() == edge::file::Element_Byte) {
    from_bytes(c, in, slot(network, c.output()), weight);
  } else if (c.toom_cook()) {
    from_toom_cook(c, in.channels(), weight);
  } else {
    weight.values.assign(c.weight()->begin(), c.weight()->end());
  }
  return weight;
}

std::vector<float> plain_bias(const Convolution& c, const Network& network) {
  std::vector<float> bias(c.bias()->begin(), c.bias()->end());
  const Slot &in = slot(network, c.input()), &out = slot(network, c.output());
  if (in.element() != edge::file::Element_Byte) return bias;
  for (std::size_t column = 0; column < bias.size(); ++column) {
    const float zero = c.scale()->data()[column] * static_cast<float>(c.sum()->data()[column]) *
                       static_cast<float>(in.zero());
    bias[column] = (bias[column] + zero) * step_of(out);
  }
  return bias;
}

}  // namespace

float& Panels::at(std::size_t k, std::size_t c) {
  return values[edge::weight_at(depth, columns, k, c)];
}

std::size_t ConvolutionOperation::floats_needed(const Convolution& c, const Network& network) {
  const Transpose t = transpose_of(c, network);
  return std::size_t{c.taps()} * slot(network, c.input()).channels() * c.bias()->size() +
         t.depth() * t.columns + t.rows * t.columns + (t.rows + t.taps) * t.out_columns;
}

ConvolutionOperation::ConvolutionOperation(const Convolution& c, const Network& network)
    : Operation(c.add() < 0 ? std::vector<int>{c.input()} : std::vector<int>{c.input(), c.add()},
                c.output()),
      input_(c.input()),
      output_(c.output()),
      add_(c.add()),
      rows_(slot(network, c.output()).time() / c.phases()),
      in_step_(std::size_t{c.stride()} * slot(network, c.input()).channels()),
      before_(std::size_t{c.padding()} * slot(network, c.input()).channels()),
      leaky_(c.leaky()),
      weight_(plain_weight(c, network)),
      bias_(plain_bias(c, network)),
      transpose_(transpose_of(c, network)),
      turned_(in_panels(transpose_.turned([this](std::size_t k, std::size_t column) {
        return weight_.at(k, column);
      }),
                        transpose_.columns)) {}

void ConvolutionOperation::run(Tape& tape, float* kept) const {
  Activation& out = at(tape, output_);
  float* y = out.row(0);
  edge::best_kernels().gemm({at(tape, input_).row(0) - before_, weight_.values.data(), bias_.data(),
                             nullptr, y, rows_, weight_.columns, weight_.depth, in_step_, false});
  if (leaky_) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      kept[i] = y[i] > 0 ? 1 : edge::kLeakySlope;
      y[i] *= kept[i];
    }
  }
  if (add_ < 0) return;
  const float* add = at(tape, add_).row(0);
  for (std::size_t i = 0; i < out.size(); ++i) y[i] += add[i];
}

void ConvolutionOperation::trace(Tape& tape, const float* kept) const {
  const std::vector<float>& by_out = at(tape, output_).gradient;
  if (add_ >= 0) {
    std::vector<float>& by_add = at(tape, add_).gradient;
    for (std::size_t i = 0; i < by_add.size(); ++i) by_add[i] += by_out[i];
  }
  // The rows of the output that the product reads, zeros where there are none.
  const Transpose& t = transpose_;
  std::vector<float> read((t.rows + t.taps) * t.out_columns);
  for (std::size_t q = 0; q < t.rows + t.taps; ++q) {
    const auto row = static_cast<std::ptrdiff_t>(q) + t.first;
    if (row < 0 || row >= static_cast<std::ptrdiff_t>(rows_)) continue;
    const std::size_t from = static_cast<std::size_t>(row) * t.out_columns;
    float* to = read.data() + q * t.out_columns;
    for (std::size_t c = 0; c < t.out_columns; ++c)
      to[c] = by_out[from + c] * (leaky_ ? kept[from + c] : 1);
  }
  std::vector<float> made(t.rows * t.columns);
  const std::vector<float> no_bias(t.columns);
  edge::best_kernels().gemm({read.data(), turned_.data(), no_bias.data(), nullptr, made.data(),
                             t.rows, t.columns, t.depth(), t.out_columns, false});
  std::vector<float>& by_in = at(tape, input_).gradient;
  for (std::size_t q = 0; q < t.rows; ++q) {
    const std::size_t to = q * in_step_, count = std::min(in_step_, by_in.size() - to);
    for (std::size_t i = 0; i < count; ++i) by_in[to + i] += made[q * t.columns + i];
  }
}

}  // namespace liteheart::explain
