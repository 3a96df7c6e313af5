#include "nn/network_cost.h"

#include "ecg/leads.h"

namespace liteheart {
namespace {

/// Adds up convolutions, each with its bias.
class Sum {
 public:
  void convolution(std::uint64_t in, std::uint64_t out, std::uint64_t taps, std::uint64_t rows) {
    total.parameters += in * out * taps + out;
    total.multiply_adds += in * out * taps * rows;
  }
  /// Of a batch or layer norm.
  void scale_and_shift(std::uint64_t channels) { total.parameters += 2 * channels; }

  NetworkCost total;
};

}  // namespace

// The networks' plans stand in backbone.cpp and restoration.cpp; the tests of EdgeExport hold these
// counts to theirs.
NetworkCost network_cost(const BackboneShape& shape, int window) {
  Sum sum;
  const auto w = static_cast<std::uint64_t>(shape.width);
  std::uint64_t in = static_cast<std::uint64_t>(shape.leads),
                rows = static_cast<std::uint64_t>(window);
  for (const int stride : shape.strides) {
    rows /= static_cast<std::uint64_t>(stride);
    sum.convolution(in, w, kConvolutionTaps, rows);
    sum.convolution(w, w, kConvolutionTaps, rows);
    sum.convolution(in, w, 1, rows);
    sum.scale_and_shift(w);
    sum.scale_and_shift(w);
    in = w;
  }
  for (int layer = 0; layer < shape.layers; ++layer) {
    sum.convolution(w, 3 * w, 1, rows);
    sum.convolution(w, w, 1, rows);
    sum.convolution(w, 4 * w, 1, rows);
    sum.convolution(4 * w, w, 1, rows);
    sum.scale_and_shift(w);
    sum.scale_and_shift(w);
  }
  const auto classes = static_cast<std::uint64_t>(shape.classes);
  sum.convolution(w, w, 1, 0);
  sum.convolution(w, classes, 1, 1);
  return sum.total;
}

NetworkCost network_cost(const RestorationShape& shape, int window) {
  Sum sum;
  const auto w = static_cast<std::uint64_t>(shape.width), v = 2 * w;
  const auto top = static_cast<std::uint64_t>(window) / 4, middle = top / 4, bottom = middle / 4;
  const auto block = [&](std::uint64_t in, std::uint64_t out, std::uint64_t rows) {
    sum.convolution(in, out, kConvolutionTaps, rows);
    sum.scale_and_shift(out);
  };
  const auto upsampled = [&](std::uint64_t in, std::uint64_t out, std::uint64_t rows) {
    block(in, out, rows);
    sum.total.multiply_adds -= in * out * (kConvolutionTaps - 3) * rows;
  };
  block(shape.measured.size(), w, top);
  block(w, w, top);
  block(w, v, middle);
  block(v, v, middle);
  block(v, v, bottom);
  for (int i = 0; i < 4; ++i) block(v, v, bottom);
  upsampled(v, v, middle);
  block(v, v, middle);
  upsampled(v, w, top);
  block(w, w, top);
  constexpr std::uint64_t kIndependentLeads = 8, kPhases = 4;
  const std::uint64_t predicted = shape.derive_limb_leads ? kIndependentLeads : kLeads;
  sum.convolution(w, kPhases * predicted, kConvolutionTaps, top);
  return sum.total;
}

NetworkCost network_cost(const ModelCard& card) {
  NetworkCost cost = network_cost(card.backbone, card.conditioning.window);
  if (card.restoration) {
    const NetworkCost more = network_cost(*card.restoration, card.conditioning.window);
    cost.parameters += more.parameters;
    cost.multiply_adds += more.multiply_adds;
  }
  return cost;
}

}  // namespace liteheart
