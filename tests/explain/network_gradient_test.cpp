// The edge model's own gradients and maps against libtorch's autograd on the same network.
#include "explain/network_gradient.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>

#include <numeric>

#include "deploy/edge_export.h"
#include "deploy/engine.h"
#include "deploy/exported.h"
#include "deploy/quantize.h"
#include "ecg/error.h"
#include "edge/small_model.h"
#include "explain/regions.h"
#include "explain/saliency.h"

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
  const torch::Tensor cam = layer_cam(features.detach(), by[0]);
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
  at::set_num_threads(1);
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
    EXPECT_LT(nearest, model.card.backbone.width < 256 ? 2e-5 : 1e-3);
    RecordProperty("nearest", fmt::format("{:.1e}", nearest));
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Gradients, testing::ValuesIn(test::kExported),
                         [](const auto& shape) { return shape.param.name; });

constexpr test::Exported kTiny = {"tiny", "student-tiny", "tiny", "I", false, false};

TEST(NetworkGradient, is_how_the_logit_changes_with_the_window) {
  const Model model = worn(card_of(kTiny));
  const NetworkGradient network(edge_bytes(model), "test");
  const torch::Tensor window = window_of(model.card, 3);
  auto pass = network.run(span_of(window));
  network.trace(pass, kClass, NetworkGradient::Depth::kWindow);
  const torch::Tensor gradient = tensor(network.window(pass).gradient, {1, 1, 1024});
  const torch::Tensor direction = gradient / torch::norm(gradient);
  constexpr double kStep = 1e-3;
  double logit[2];
  for (const int side : {0, 1}) {
    const torch::Tensor moved = window + (side == 0 ? kStep : -kStep) * direction;
    logit[side] = static_cast<double>(network.logits(network.run(span_of(moved)))[kClass]);
  }
  const double expected = torch::norm(gradient).item<double>();
  EXPECT_NEAR((logit[0] - logit[1]) / (2 * kStep), expected, 0.02 * expected);
}

TEST(NetworkGradient,
     in_bytes_gives_the_logits_of_the_edge_library_and_nearly_the_map_of_the_floats) {
  const Model model = worn(card_of(kTiny));
  const torch::Tensor windows = torch::cat({window_of(model.card, 3), window_of(model.card, 4)});
  const auto floats = edge_bytes(model);
  const auto bytes =
      edge_bytes(quantize(edge_graph(model), model.card, span_of(windows)), model.card);
  const torch::Tensor window = window_of(model.card, 3);
  const auto expected =
      edge_engine(bytes, "test", edge::reference_kernels())->run(span_of(window), false).logits;
  const NetworkGradient network(bytes, "test");
  const auto pass = network.run(span_of(window));
  // Sums in another order round an element to its other neighbour now and then.
  EXPECT_LT(distance(tensor(network.logits(pass), {19}), tensor(expected, {19})), 0.01);

  const std::size_t classes[] = {kClass};
  const SaliencyMap rounded = Explainer(bytes, "test").explain(span_of(window), classes)[0],
                    exact = Explainer(floats, "test").explain(span_of(window), classes)[0];
  EXPECT_LT(distance(tensor(rounded.lead_weight, {12, 64}), tensor(exact.lead_weight, {12, 64})),
            0.2);
}

TEST(NetworkGradient, runs_every_operation_as_the_edge_library_does) {
  const auto bytes = test::small_edge_model();
  const torch::Tensor window = torch::linspace(-1, 1, 64).sin().contiguous();
  const auto expected =
      edge_engine(bytes, "test", edge::reference_kernels())->run(span_of(window), false).logits;
  const NetworkGradient network(bytes, "test");
  auto pass = network.run(span_of(window));
  EXPECT_LT(distance(tensor(network.logits(pass), {2}), tensor(expected, {2})), 1e-5);
  network.trace(pass, 1, NetworkGradient::Depth::kWindow);
  EXPECT_GT(torch::norm(tensor(network.window(pass).gradient, {64})).item<double>(), 0);
}

TEST(NetworkGradient, refuses_what_is_no_model_and_what_export_does_not_write) {
  const Model model = worn(card_of(kTiny));
  std::vector<std::uint8_t> bytes = edge_bytes(model);
  EXPECT_THROW(NetworkGradient({}, "empty"), Error);
  EXPECT_THROW(NetworkGradient(std::span(bytes).first(bytes.size() / 2), "cut"), Error);
  const auto expect_refused = [&](const EdgeGraph& graph, const std::string& why) {
    try {
      const NetworkGradient network(edge_bytes(graph, model.card), "model.lhm");
      ADD_FAILURE() << "not refused: " << why;
    } catch (const Error& e) {
      EXPECT_EQ(e.place(), "model.lhm");
      EXPECT_NE(e.problem().find(why), std::string::npos) << e.problem();
    }
  };
  const auto positions = [](const EdgeStep& s) { return s.op == edge::file::Op_Positions; };
  EdgeGraph graph = edge_graph(model);
  std::erase_if(graph.steps, positions);
  expect_refused(graph, "adds no positions");
  graph = edge_graph(model);
  const auto at = std::find_if(graph.steps.begin(), graph.steps.end(), positions);
  std::rotate(at, at + 1, at + 2);
  expect_refused(graph, "writes over");
  graph = edge_graph(model);
  graph.steps.erase(graph.steps.begin());
  expect_refused(graph, "contradict each other");  // a step reads what none has written
}

}  // namespace
}  // namespace liteheart
