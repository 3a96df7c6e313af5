#include "nn/restoration.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <span>

#include "ecg/leads.h"
#include "nn/leaky_norm.h"

namespace liteheart {
namespace {

constexpr int kPhases = 4;
// What is predicted when the limb leads are derived: I, II, V1..V6.
constexpr std::array kIndependent = {0, 1, 6, 7, 8, 9, 10, 11};
constexpr std::array kAllLeads = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

// The order of the convolutions in RestorationImpl::convolutions.
enum Step : std::size_t {
  kStem,
  kTop,
  kDown1,
  kMiddle,
  kDown2,
  kBottom1,
  kBottom2,
  kBottom3,
  kBottom4,
  kUp1,
  kMiddleUp,
  kUp2,
  kTopUp
};

torch::Tensor upsample(const torch::Tensor& x) {
  return torch::upsample_nearest2d(x, {1, x.size(3) * kPhases});
}

// y: [batch, a channel for each of `leads`, time], its measured leads replaced by x: [batch,
// measured, time].
torch::Tensor with_measured(const torch::Tensor& y, const torch::Tensor& x,
                            const std::vector<int>& measured, std::span<const int> leads) {
  std::vector<torch::Tensor> channels = y.split(1, 1);
  for (std::size_t c = 0; c < leads.size(); ++c) {
    const auto at = std::find(measured.begin(), measured.end(), leads[c]);
    if (at != measured.end()) channels[c] = x.narrow(1, at - measured.begin(), 1);
  }
  return torch::cat(channels, 1);
}

// [batch, 8 (I II V1..V6), time] -> [batch, 12, time] by Einthoven and Goldberger.
torch::Tensor derive(const torch::Tensor& y) {
  const torch::Tensor one = y.slice(1, 0, 1), two = y.slice(1, 1, 2);
  return torch::cat(
      {one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2, y.slice(1, 2, 8)}, 1);
}

}  // namespace

RestorationImpl::RestorationImpl(const RestorationShape& restoration_shape)
    : shape(restoration_shape) {
  const int w = shape.width, v = 2 * w;
  struct Layer {
    int in, out, stride;
  };
  const Layer plan[] = {
      {static_cast<int>(shape.measured.size()), w, 4},
      {w, w, 1},
      {w, v, 4},
      {v, v, 1},
      {v, v, 4},
      {v, v, 1},
      {v, v, 1},
      {v, v, 1},
      {v, v, 1},
      {v, v, 1},
      {v, v, 1},
      {v, w, 1},
      {w, w, 1},
  };
  convolutions = register_module("convolutions", torch::nn::ModuleList());
  norms = register_module("norms", torch::nn::ModuleList());
  for (const Layer& c : plan) {
    convolutions->push_back(Convolution(c.in, c.out, kConvolutionTaps, c.stride));
    norms->push_back(torch::nn::BatchNorm2d(c.out));
  }
  const std::int64_t predicted = shape.derive_limb_leads ? std::ssize(kIndependent) : kLeads;
  head = register_module("head", Convolution(w, predicted * kPhases, kConvolutionTaps, 1));
}

torch::Tensor RestorationImpl::step(std::size_t index, const torch::Tensor& x,
                                    const torch::Tensor& beside) {
  return leaky_norm(convolutions[index]->as<ConvolutionImpl>()->forward(x),
                    *norms[index]->as<torch::nn::BatchNorm2dImpl>(), kLeakySlope, beside);
}

torch::Tensor RestorationImpl::forward(const torch::Tensor& x) {
  const torch::Tensor input = x.unsqueeze(2).contiguous(torch::MemoryFormat::ChannelsLast);
  const torch::Tensor top = step(kTop, step(kStem, input));
  const torch::Tensor middle = step(kMiddle, step(kDown1, top));
  torch::Tensor bottom = step(kDown2, middle);
  bottom = step(kBottom2, step(kBottom1, bottom), bottom);
  bottom = step(kBottom4, step(kBottom3, bottom), bottom);
  torch::Tensor y = step(kMiddleUp, step(kUp1, upsample(bottom), middle));
  y = step(kTopUp, step(kUp2, upsample(y), top));
  y = head(y).to(torch::kFloat);  // [batch, phase x lead, 1, T/4]
  const auto batch = y.size(0), leads = y.size(1) / kPhases, quarter = y.size(3);
  y = y.view({batch, kPhases, leads, quarter})
          .permute({0, 2, 3, 1})
          .reshape({batch, leads, quarter * kPhases});
  if (!shape.derive_limb_leads) return with_measured(y, x, shape.measured, kAllLeads);
  // The derived leads follow from the leads that are given out, measured ones included.
  y = derive(with_measured(y, x, shape.measured, kIndependent));
  return with_measured(y, x, shape.measured, kAllLeads);
}

}  // namespace liteheart
