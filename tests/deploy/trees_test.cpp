// Models that have trees beside their network: they diagnose by both, on devices too where the
// trees are in one share.
#include "deploy/trees.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "data/conditioner.h"
#include "data/random.h"
#include "data/simulator_recording.h"
#include "deploy/c_export.h"
#include "deploy/edge_export.h"
#include "deploy/engine.h"
#include "deploy/exported.h"
#include "deploy/model_bytes.h"
#include "deploy/onnx_export.h"
#include "deploy/onnx_int8.h"
#include "deploy/quantize.h"
#include "ecg/error.h"
#include "edge/half.h"
#include "edge/network.h"
#include "measured/measurements.h"
#include "scratch.h"

namespace liteheart {
namespace {

constexpr std::size_t kWindows = 6, kLogRr = 169;
constexpr double kShare = 0.75;

/// Trees without a split: they say 3 of class 0, 2 of class 1 and so on.
Model teacher_with_trees() {
  ModelCard card = test::card_of({"", "student-tiny", "none", "all", false, false});
  card.trees = TreesShape{kMeasurementsVersion, kShare};
  Model model = test::worn(card);
  std::vector<float> base;
  for (std::size_t share = 0; share < BoostedTrees::kShares; ++share)
    for (int c = 0; c < card.backbone.classes; ++c) base.push_back(3 - static_cast<float>(c));
  const std::vector<std::int32_t> none(base.size(), 0);
  model.trees = std::make_shared<const BoostedTrees>(kMeasurements, BoostedTrees::kShares, base,
                                                     none, std::vector<BoostedTree>());
  return model;
}

/// Of simulated recordings, [window, lead, time].
std::vector<float> simulated_windows(const ModelCard& card) {
  const char* const findings[] = {"NSR", "AF", "PVC", "LBBB"};
  const auto window = static_cast<std::size_t>(card.conditioning.window);
  std::vector<float> windows;
  for (std::size_t i = 0; i < kWindows; ++i) {
    const Recording recording = simulator::record(
        simulated_centres()[0], simulator::parse_findings({findings[i % 4]}), 10 + i, 20 + i);
    std::vector<std::int16_t> stored(kLeads * window);
    Conditioner(card.conditioning).condition(recording, stored);
    for (const int lead : card.leads) {
      for (std::size_t t = 0; t < window; ++t)
        windows.push_back(stored[static_cast<std::size_t>(lead) * window + t] * kStoredScale);
    }
  }
  return windows;
}

/// What is measured on each window.
std::vector<std::vector<float>> measured_on(const std::vector<float>& windows,
                                            const ModelCard& card) {
  const std::vector<std::uint8_t> which(card.leads.begin(), card.leads.end());
  const std::size_t floats = windows.size() / kWindows;
  std::vector<std::vector<float>> rows;
  for (std::size_t w = 0; w < kWindows; ++w)
    rows.push_back(measure_window(std::span(windows).subspan(w * floats, floats), which,
                                  card.conditioning.rate_hz));
  return rows;
}

Decision decision_from(float first, std::size_t classes) {
  Decision decision;
  for (std::size_t c = 0; c < classes; ++c) {
    decision.threshold.push_back(first + 0.01F * static_cast<float>(c));
    decision.slope.push_back(first + 0.5F);
    decision.intercept.push_back(first - 0.1F * static_cast<float>(c));
  }
  return decision;
}

float in_half(float x) { return edge::float_of_half(edge::half_of_float(x)); }

/// Of each class none to three trees in one share, which split between what is measured.
BoostedTrees random_trees(const std::vector<std::vector<float>>& measured, std::size_t classes) {
  std::minstd_rand random(5);
  const auto number = [&] { return static_cast<float>(random() % 2001) / 1000 - 1; };
  std::vector<float> base;
  std::vector<std::int32_t> count;
  std::vector<BoostedTree> trees;
  for (std::size_t c = 0; c < classes; ++c) {
    base.push_back(in_half(number()));
    count.push_back(static_cast<std::int32_t>(c % 4));
    for (std::size_t i = 0; i < c % 4; ++i) {
      BoostedTree& tree = trees.emplace_back();
      for (std::size_t split = 0; split < BoostedTree::kSplits; ++split) {
        const auto m = static_cast<std::int32_t>(random() % kMeasurements);
        const float some = measured[random() % measured.size()][static_cast<std::size_t>(m)];
        tree.measurement[split] = m;
        tree.threshold[split] = std::isnan(some) ? in_half(number()) : in_half(some);
      }
      for (float& value : tree.value) value = in_half(number());
    }
  }
  return {kMeasurements, 1, base, count, trees};
}

class WithTrees : public test::Scratch {};

TEST_F(WithTrees, are_refused_by_every_export_with_what_to_do_where_they_are_a_teachers) {
  const Model model = teacher_with_trees();
  const std::vector<float> window(12 * static_cast<std::size_t>(model.card.conditioning.window));
  for (const auto& write : std::initializer_list<std::function<void()>>{
           [&] { edge_bytes(model); },
           [&] { edge_bytes(quantize(edge_graph(model), model.card, window), model.card); },
           [&] { c_header(edge_bytes(model), model.card, "model.h"); }, [&] { onnx_bytes(model); },
           [&] { onnx_int8_bytes(model, window); }}) {
    const std::string error = test::error_of(write);
    EXPECT_NE(error.find("--measured_share 0"), std::string::npos) << error;
  }
}

TEST_F(WithTrees, diagnose_by_both) {
  Model model = teacher_with_trees();
  save_model(folder / "model.safetensors", model);
  const auto engine = open_torch_engine(folder, 1);
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = torch::randn({2, 12, model.card.conditioning.window});
  const torch::Tensor network = model.forward(x).backbone.logits;
  const auto out = engine->run({x.data_ptr<float>(), static_cast<std::size_t>(x.numel())}, false);
  ASSERT_EQ(out.logits.size(), static_cast<std::size_t>(network.numel()));
  for (std::int64_t w = 0; w < 2; ++w) {
    for (std::int64_t c = 0; c < 19; ++c) {
      const float expected =
          0.25F * network[w][c].item<float>() + 0.75F * static_cast<float>(3 - c);
      EXPECT_NEAR(out.logits[static_cast<std::size_t>(w * 19 + c)], expected, 1e-4);
    }
  }
}

class StudentWithTrees : public test::Scratch, public testing::WithParamInterface<test::Exported> {
 protected:
  StudentWithTrees() : model(test::worn(card())), windows(simulated_windows(model.card)) {
    const auto measured = measured_on(windows, model.card);
    model.trees = std::make_shared<const BoostedTrees>(random_trees(measured, kClasses));
    for (const auto& row : measured) {
      known += !std::isnan(row[kLogRr]);
      of_trees.push_back(model.trees->logits(row));
    }
  }
  /// The mean of the network's logits, [window, class], with the trees'.
  std::vector<float> mixed(const std::vector<float>& network) const {
    std::vector<float> both;
    for (std::size_t i = 0; i < network.size(); ++i)
      both.push_back(static_cast<float>((1 - kShare) * double{network[i]} +
                                        kShare * double{of_trees[i / kClasses][i % kClasses]}));
    return both;
  }
  std::vector<float> network_logits() {
    const torch::NoGradGuard no_grad;
    const auto leads = static_cast<std::int64_t>(model.card.leads.size());
    const torch::Tensor x = torch::from_blob(
        windows.data(),
        {static_cast<std::int64_t>(kWindows), leads, model.card.conditioning.window});
    const torch::Tensor logits = model.forward(x).backbone.logits.contiguous();
    return {logits.data_ptr<float>(), logits.data_ptr<float>() + logits.numel()};
  }
  static void expect_near(const std::vector<float>& a, const std::vector<float>& b, double within) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], within) << i;
  }

  static constexpr std::size_t kClasses = 19;
  Model model;
  std::vector<float> windows;
  std::vector<std::vector<float>> of_trees;  // logits of each window
  std::size_t known = 0;                     // windows in which beats are found

 private:
  static ModelCard card() {
    ModelCard card = test::card_of(GetParam());
    card.trees = TreesShape{kMeasurementsVersion, kShare};
    card.decision = decision_from(0.2F, kClasses);
    card.network_decision = decision_from(0.6F, kClasses);
    return card;
  }
};

TEST_P(StudentWithTrees, says_on_a_device_what_it_says_in_libtorch) {
  ASSERT_EQ(known, kWindows);
  ASSERT_NE(of_trees[0], of_trees[1]);
  const auto expected = mixed(network_logits());
  save_model(folder / "model.safetensors", model);
  expect_near(open_torch_engine(folder, 1)->run(windows, false).logits, expected, 1e-4);
  const edge::Kernels* paths[8];
  const std::size_t count = edge::kernel_paths(paths, 8);
  for (std::size_t p = 0; p < count; ++p)
    expect_near(edge_engine(edge_bytes(model), "test", *paths[p])->run(windows, false).logits,
                expected, 1e-4);
}

TEST_P(StudentWithTrees, has_them_beside_a_network_in_bytes) {
  const EdgeGraph bytes = quantize(edge_graph(model), model.card, windows);
  EdgeGraph network = bytes;
  network.trees = nullptr;
  const auto logits = [&](const EdgeGraph& graph) {
    return edge_engine(edge_bytes(graph, model.card), "test", edge::best_kernels())
        ->run(windows, false)
        .logits;
  };
  expect_near(logits(bytes), mixed(logits(network)), 1e-5);
}

TEST_P(StudentWithTrees, runs_within_its_arena) {
  constexpr std::size_t kGuard = 256;
  const EdgeGraph graph = edge_graph(model);
  for (const EdgeGraph& g : {with_fewer_products(graph), quantize(graph, model.card, windows)}) {
    const ModelBytes file(edge_bytes(g, model.card));
    const edge::EdgeModel edge = open_edge_model(file, "test");
    EXPECT_EQ(edge.measured_share(), kShare);
    const std::size_t size = edge.arena_bytes();
    for (const std::uint8_t before : std::initializer_list<std::uint8_t>{0x5A, 0xFF}) {
      std::vector<std::uint8_t> memory(size + 2 * kGuard, before);
      std::vector<float> logits(kClasses);
      ASSERT_EQ(edge.run(windows.data(), memory.data() + kGuard, size, logits.data(), nullptr,
                         edge::best_kernels()),
                edge::ModelStatus::kOk);
      const auto untouched = [&](auto begin) {
        return std::all_of(begin, begin + kGuard, [&](std::uint8_t b) { return b == before; });
      };
      EXPECT_TRUE(untouched(memory.begin()));
      EXPECT_TRUE(untouched(memory.end() - kGuard));
    }
  }
}

TEST_P(StudentWithTrees, is_decided_as_both_on_a_device_and_as_its_network_where_that_is_alone) {
  const Model alone = network_alone(model);
  EXPECT_FALSE(alone.trees);
  EXPECT_FALSE(alone.card.trees);
  EXPECT_EQ(alone.card.decision.threshold, model.card.network_decision.threshold);
  EXPECT_EQ(alone.card.decision.slope, model.card.network_decision.slope);
  EXPECT_EQ(alone.card.decision.intercept, model.card.network_decision.intercept);
  EXPECT_TRUE(alone.card.network_decision.threshold.empty());
  ASSERT_TRUE(model.trees);
  EXPECT_NE(model.card.decision.threshold, alone.card.decision.threshold);

  const auto threshold = [](const std::vector<std::uint8_t>& bytes, double share) {
    const ModelBytes file(bytes);
    const edge::EdgeModel edge = open_edge_model(file, "test");
    EXPECT_EQ(edge.measured_share(), share);
    return edge.diagnosis(2).threshold;
  };
  EXPECT_EQ(threshold(edge_bytes(model), kShare), model.card.decision.threshold[2]);
  save_model(folder / "model.safetensors", model);
  EXPECT_EQ(threshold(open_torch_engine(folder, 1)->edge_model(), 0),
            model.card.network_decision.threshold[2]);
}

TEST_P(StudentWithTrees, is_exported_to_onnx_as_its_network_alone) {
  const Model alone = network_alone(model);
  EXPECT_EQ(onnx_bytes(model), onnx_bytes(alone));
  EXPECT_EQ(onnx_int8_bytes(model, windows), onnx_int8_bytes(alone, windows));
  Model otherwise = alone;
  otherwise.card.decision = model.card.decision;
  EXPECT_NE(onnx_bytes(model), onnx_bytes(otherwise));
}

constexpr test::Exported kStudents[] = {
    {"lead_i", "student-tiny", "tiny", "I", false, false},
    {"two_leads", "student-tiny", "tiny", "II,V2", false, false},
    {"all_leads", "student-tiny", "none", "all", false, false}};

INSTANTIATE_TEST_SUITE_P(Shapes, StudentWithTrees, testing::ValuesIn(kStudents),
                         [](const auto& shape) { return shape.param.name; });

}  // namespace
}  // namespace liteheart
