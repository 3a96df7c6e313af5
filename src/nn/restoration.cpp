#include "nn/restoration.h"

#include "ecg/leads.h"

namespace liteheart {
namespace {

constexpr int kKernel = 9, kPhases = 4;
constexpr double kSlope = 0.01;
// Leads that are predicted when the limb leads are derived: I, II, V1..V6.
constexpr int kIndependentLeads = 8;

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
  struct Convolution {
    int in, out, stride;
  };
  const Convolution plan[] = {
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
  for (const Convolution& c : plan) {
    convolutions->push_back(torch::nn::Conv2d(torch::nn::Conv2dOptions(c.in, c.out, {1, kKernel})
                                                  .stride({1, c.stride})
                                                  .padding({0, kKernel / 2})));
    norms->push_back(torch::nn::BatchNorm2d(c.out));
  }
  const int predicted = shape.derive_limb_leads ? kIndependentLeads : kLeads;
  head = register_module(
      "head", torch::nn::Conv2d(torch::nn::Conv2dOptions(w, predicted * kPhases, {1, kKernel})
                                    .padding({0, kKernel / 2})));
}

torch::Tensor RestorationImpl::step(std::size_t index, const torch::Tensor& x) {
  return torch::leaky_relu(norms[index]->as<torch::nn::BatchNorm2dImpl>()->forward(
                               convolutions[index]->as<torch::nn::Conv2dImpl>()->forward(x)),
                           kSlope);
}

torch::Tensor RestorationImpl::forward(const torch::Tensor& x) {
  const torch::Tensor input = x.unsqueeze(2).contiguous(torch::MemoryFormat::ChannelsLast);
  const torch::Tensor top = step(kTop, step(kStem, input));
  const torch::Tensor middle = step(kMiddle, step(kDown1, top));
  torch::Tensor bottom = step(kDown2, middle);
  bottom = bottom + step(kBottom2, step(kBottom1, bottom));
  bottom = bottom + step(kBottom4, step(kBottom3, bottom));
  torch::Tensor y = step(kMiddleUp, step(kUp1, upsample(bottom)) + middle);
  y = step(kTopUp, step(kUp2, upsample(y)) + top);
  y = head(y).to(torch::kFloat);  // [batch, phase x lead, 1, T/4]
  const auto batch = y.size(0), leads = y.size(1) / kPhases, quarter = y.size(3);
  y = y.view({batch, kPhases, leads, quarter})
          .permute({0, 2, 3, 1})
          .reshape({batch, leads, quarter * kPhases});
  if (shape.derive_limb_leads) y = derive(y);

  std::vector<torch::Tensor> leads12 = y.split(1, 1);
  for (std::size_t m = 0; m < shape.measured.size(); ++m) {
    leads12[static_cast<std::size_t>(shape.measured[m])] =
        x.slice(1, static_cast<std::int64_t>(m), static_cast<std::int64_t>(m) + 1);
  }
  return torch::cat(leads12, 1);
}

}  // namespace liteheart
