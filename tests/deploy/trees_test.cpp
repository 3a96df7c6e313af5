// Models that have trees beside their network: they diagnose, and no device runs them.
#include <gtest/gtest.h>

#include "deploy/edge_export.h"
#include "deploy/engine.h"
#include "deploy/exported.h"
#include "deploy/onnx_export.h"
#include "ecg/error.h"
#include "measured/measurements.h"
#include "scratch.h"

namespace liteheart {
namespace {

/// Trees without a split: they say 3 of class 0, 2 of class 1 and so on.
Model model_with_trees() {
  ModelCard card = test::card_of({"", "student-tiny", "none", "all", false, false});
  card.trees = TreesShape{kMeasurementsVersion, 0.75};
  Model model = test::worn(card);
  std::vector<float> base;
  for (std::size_t share = 0; share < BoostedTrees::kShares; ++share)
    for (int c = 0; c < card.backbone.classes; ++c) base.push_back(3 - static_cast<float>(c));
  const std::vector<std::int32_t> none(base.size(), 0);
  model.trees =
      std::make_shared<const BoostedTrees>(kMeasurements, base, none, std::vector<BoostedTree>());
  return model;
}

class WithTrees : public test::Scratch {};

TEST_F(WithTrees, are_refused_by_every_export_with_what_to_do) {
  const Model model = model_with_trees();
  for (const auto& write : std::initializer_list<std::function<void()>>{
           [&] { edge_bytes(model); }, [&] { onnx_bytes(model); }}) {
    const std::string error = test::error_of(write);
    EXPECT_NE(error.find("--measured_share 0"), std::string::npos) << error;
  }
}

TEST_F(WithTrees, diagnose_by_both) {
  Model model = model_with_trees();
  save_model(folder / "model.safetensors", model);
  const auto engine = open_torch_engine(folder, 1);
  constexpr std::int64_t kWindows = 2;
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = torch::randn({kWindows, 12, model.card.conditioning.window});
  const torch::Tensor network = model.forward(x).backbone.logits;
  const auto out = engine->run({x.data_ptr<float>(), static_cast<std::size_t>(x.numel())}, false);
  ASSERT_EQ(out.logits.size(), static_cast<std::size_t>(network.numel()));
  for (std::int64_t w = 0; w < kWindows; ++w) {
    for (std::int64_t c = 0; c < 19; ++c) {
      const float expected =
          0.25F * network[w][c].item<float>() + 0.75F * static_cast<float>(3 - c);
      EXPECT_NEAR(out.logits[static_cast<std::size_t>(w * 19 + c)], expected, 1e-4);
    }
  }
}

}  // namespace
}  // namespace liteheart
