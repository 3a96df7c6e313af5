// The edge model's own gradients and maps against libtorch's autograd on the same network.
#include "explain/network_gradient.h"

#include <gtest/gtest.h>

#include <numeric>

#include "deploy/edge_export.h"
#include "deploy/engine.h"
#include "deploy/exported.h"
#include "deploy/quantize.h"
#include "ecg/error.h"
#include "explain/grad_cam.h"
#include "explain/regions.h"

namespace liteheart {
namespace {

constexpr std::size_t kClass = 4;

using test::worn;

torch::Tensor tensor(std::span<const float> values, at::IntArrayRef sizes) {
  return torch::from_blob(const_cast<float*>(values.data()), sizes).clone();
}

/// Distance in parts of the second's length.
double distance(const torch::Tensor& a, const torch::Tensor& b) {
  return (torch::norm(a - b) / torch::norm(b)).item<double>();
}

std::span<const float> span_of(const torch::Tensor& x) {
  return {x.data_ptr<float>(), static_cast<std::size_t>(x.numel())};
}

torch::Tensor window_of(const ModelCard& card, std::uint64_t seed) {
  torch::manual_seed(seed);
  return torch::randn({1, static_cast<std::int64_t>(card.leads.size()), card.conditioning.window});
}

/// What libtorch says of one logit.
struct Expected {
  torch::Tensor logits, features, by_features, input, by_input, by_window, cam, map;
};

Expected by_libtorch(Model& model, const torch::Tensor& window) {
  const torch::Tensor x = window.clone().requires_grad_(true);
  const ModelOutput out = model.forward(x);
  const torch::Tensor features = out.backbone.blocks.back();
  const torch::Tensor input = model.card.restoration ? out.restored : x;
  const auto by = torch::autograd::grad({out.backbone.logits[0][static_cast<std::int64_t>(kClass)]},
                                        {features, input, x});
  const torch::Tensor cam = grad_cam(features.detach(), by[0]);
  return {out.backbone.logits[0].detach(),
          features.detach()[0].squeeze(1).t(),
          by[0][0].squeeze(1).t(),
          input.detach()[0].t(),
          by[1][0].t(),
          by[2][0].t(),
          mean_one(cam)[0],
          saliency_map(cam, input.detach(), by[1])[0]};
}

/// The largest distance of a value, a gradient or a map.
double farthest(const std::vector<std::uint8_t>& bytes, const torch::Tensor& window,
                const Expected& expected) {
  const NetworkGradient network(bytes, "test");
  auto pass = network.run(span_of(window));
  network.trace(pass, kClass, NetworkGradient::Depth::kWindow);
  const std::size_t classes[] = {0, kClass};
  const Explainer explainer(bytes, "test");
  const SaliencyMap map = explainer.explain(span_of(window), classes)[1];
  EXPECT_EQ(explainer.leads().size(), map.leads);

  double far = 0;
  const auto compare = [&](std::span<const float> got, const torch::Tensor& wanted) {
    ASSERT_EQ(got.size(), static_cast<std::size_t>(wanted.numel()));
    far = std::max(far, distance(tensor(got, wanted.sizes()), wanted));
  };
  compare(network.logits(pass), expected.logits);
  compare(network.features(pass).values, expected.features);
  compare(network.features(pass).gradient, expected.by_features);
  compare(network.student_input(pass).values, expected.input);
  compare(network.student_input(pass).gradient, expected.by_input);
  compare(network.window(pass).gradient, expected.by_window);
  compare(map.time_weight, expected.cam);
  compare(map.lead_weight, expected.map);
  return far;
}

class Gradients : public testing::TestWithParam<test::Exported> {};

// Sums in another order send a leaky unit that stands at zero, or a maximum of equals, to another
// side now and then: not in every window, but somewhere among a teacher's two million.
TEST_P(Gradients, and_maps_are_those_of_autograd_with_toom_cook_and_without) {
  Model model = worn(card_of(GetParam()));
  const std::vector<std::uint8_t> forms[] = {edge_bytes(model),
                                             edge_bytes(edge_graph(model), model.card)};
  for (const auto& bytes : forms) {
    double nearest = INFINITY;
    for (const std::uint64_t seed : {3U, 4U, 5U}) {
      const torch::Tensor window = window_of(model.card, seed);
      const double far = farthest(bytes, window, by_libtorch(model, window));
      EXPECT_LT(far, 0.02);
      nearest = std::min(nearest, far);
    }
    EXPECT_LT(nearest, model.card.backbone.width < 256 ? 1e-4 : 1e-3);
    RecordProperty("nearest", fmt::format("{:.1e}", nearest));
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Gradients, testing::ValuesIn(test::kExported),
                         [](const auto& shape) { return shape.param.name; });

}  // namespace
}  // namespace liteheart
