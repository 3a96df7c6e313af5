// The edge engine against libtorch on the same weights and windows, each kernel path.
#include "deploy/edge_export.h"

#include <gtest/gtest.h>

#include "deploy/exported.h"
#include "deploy/model_bytes.h"
#include "ecg/leads.h"
#include "edge/network.h"
#include "nn/network_cost.h"

namespace liteheart {
namespace {

using test::difference, test::worn;

class EdgeExport : public testing::TestWithParam<test::Exported> {};

TEST_P(EdgeExport, gives_what_libtorch_gives_on_every_kernel_path) {
  torch::NoGradGuard no_grad;
  Model model = worn(card_of(GetParam()));
  const auto leads = static_cast<std::int64_t>(model.card.leads.size());
  const auto window = static_cast<std::int64_t>(model.card.conditioning.window);
  torch::manual_seed(3);
  const torch::Tensor x = torch::randn({1, leads, window});
  const ModelOutput expected = model.forward(x);

  const ModelBytes file(edge_bytes(model));
  const edge::EdgeModel edge = open_edge_model(file, "test");
  ASSERT_EQ(edge.diagnoses(), 19u);
  EXPECT_STREQ(edge.diagnosis(18).abbreviation, "D18");
  EXPECT_EQ(edge.restores(), model.card.restoration.has_value());

  const edge::Kernels* paths[8];
  const std::size_t count = edge::kernel_paths(paths, 8);
  for (std::size_t path = 0; path < count; ++path) {
    SCOPED_TRACE(paths[path]->name);
    // What the arena held before must not matter.
    std::vector<std::uint8_t> arena(edge.arena_bytes(), 0xff);  // NaN
    std::vector<float> logits(19), restored(static_cast<std::size_t>(kLeads * window));
    const auto step = static_cast<std::size_t>(window);
    const edge::Restored where = {restored.data(), step, step};
    ASSERT_EQ(edge.run(x.data_ptr<float>(), arena.data(), arena.size(), logits.data(), &where,
                       *paths[path]),
              edge::ModelStatus::kOk);
    const torch::Tensor got = torch::tensor(logits);
    EXPECT_LT(difference(got, expected.backbone.logits[0]), 1e-5);
    if (edge.restores()) {
      const torch::Tensor all = torch::from_blob(restored.data(), {kLeads, window});
      EXPECT_LT(difference(all, expected.restored[0]), 1e-5);
    }
  }
}

TEST_P(EdgeExport, has_the_parameters_and_multiply_adds_that_its_shape_says) {
  const Model model = worn(card_of(GetParam()));
  std::uint64_t parameters = 0;
  for (const torch::Tensor& p : model.parameters())
    parameters += static_cast<std::uint64_t>(p.numel());
  const NetworkCost cost = network_cost(model.card);
  EXPECT_EQ(cost.parameters, parameters);
  // The exporter rounds the columns of the 19 diagnoses up to 32.
  const auto padding = static_cast<std::uint64_t>((32 - 19) * model.card.backbone.width);
  const ModelBytes file(edge_bytes(model));
  EXPECT_EQ(cost.multiply_adds + padding, open_edge_model(file, "test").multiply_adds());
}

INSTANTIATE_TEST_SUITE_P(Shapes, EdgeExport, testing::ValuesIn(test::kExported),
                         [](const auto& shape) { return shape.param.name; });

}  // namespace
}  // namespace liteheart
