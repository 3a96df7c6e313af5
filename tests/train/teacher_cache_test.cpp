// What the teacher sees in each recording: looked for once, kept, and mixed as batches are.
#include "train/teacher_cache.h"

#include <ATen/ATen.h>

#include "nn/model.h"
#include "train/training.h"

namespace liteheart {
namespace {

using test::train_apart;
using test::Training;
namespace fs = std::filesystem;

TEST_F(Training, reads_the_cached_view_of_the_teacher_and_looks_again_when_the_teacher_changes) {
  const auto mine = out("teacher");
  fs::create_directories(mine);
  fs::copy_file(teacher() / "model.safetensors", mine / "model.safetensors");
  TrainConfig config = distil_settings(out("first"));
  config.teacher = mine.string();
  EXPECT_TRUE(train_apart(config, {.stop_after_steps = 1}).looked_through_teacher);
  ASSERT_EQ(caches(mine).size(), 1u);
  const fs::path cache = caches(mine)[0];
  const auto written = fs::last_write_time(cache);

  config.out = out("second").string();
  EXPECT_FALSE(train_apart(config, {.stop_after_steps = 1}).looked_through_teacher);
  EXPECT_EQ(caches(mine).size(), 1u);
  EXPECT_EQ(fs::last_write_time(cache), written);

  Model changed = load_model(mine);
  {
    torch::NoGradGuard no_grad;
    changed.backbone->output->bias.add_(1);
  }
  save_model(mine / "model.safetensors", changed);
  config.out = out("third").string();
  EXPECT_TRUE(train_apart(config, {.stop_after_steps = 1}).looked_through_teacher);
}

TEST(TeacherViews, in_common_are_the_first_with_the_mean_logit) {
  const auto view = [](double logit, double calibrated, double map) {
    TeacherView v;
    v.all.probability = at::sigmoid(at::full({2, 3}, logit, at::kDouble));
    v.all.calibrated = at::sigmoid(at::full({2, 3}, calibrated, at::kDouble));
    v.all.map = at::full({2, 12, kBins}, map);
    return v;
  };
  const TeacherView common = in_common({view(4, 1, 7), view(-1, 0, 8), view(0, -4, 9)});
  EXPECT_TRUE(at::allclose(at::logit(common.all.probability), at::full({2, 3}, 1., at::kDouble)));
  EXPECT_TRUE(at::allclose(at::logit(common.all.calibrated), at::full({2, 3}, -1., at::kDouble)));
  EXPECT_TRUE(at::equal(common.all.map, at::full({2, 12, kBins}, 7.)));
}

TEST(TeacherViewRows, are_mixed_as_the_batch_was) {
  TeacherView view;
  view.all.probability = at::rand({9, 3});
  view.all.calibrated = at::rand({9, 3});
  view.all.map = at::rand({9, 12, kBins});
  view.all.class_maps = at::rand({9, 3, kBins}).to(at::kBFloat16);
  view.all.embeddings = {at::rand({9, 4}).to(at::kBFloat16)};
  view.all.pooled = at::rand({9, 4}).to(at::kBFloat16);
  view.all.energy = at::rand({9, 3, kBins}).to(at::kBFloat16);
  view.all.blocks = {at::rand({9, 2, kBins}).to(at::kBFloat16)};
  const std::vector<std::size_t> rows = {7, 2, 4};
  Batch batch;
  batch.cutmix = {{1, 0, 2}, 16, 48};
  const TeacherOpinion some = view.rows(rows, batch, at::kCPU);

  const auto near = [](const at::Tensor& a, const at::Tensor& b) {
    return at::allclose(a, b.to(at::kFloat), 1e-5, 1e-6);
  };
  const auto half = [](const at::Tensor& all) {
    return (all[7].to(at::kFloat) + all[2].to(at::kFloat)) / 2;
  };
  EXPECT_TRUE(near(some.probability[0], half(view.all.probability)));
  EXPECT_TRUE(near(some.calibrated[1], half(view.all.calibrated)));
  EXPECT_TRUE(near(some.embeddings[0][0], half(view.all.embeddings[0])));
  EXPECT_TRUE(near(some.map[0].slice(1, 16, 48), view.all.map[2].slice(1, 16, 48)));
  EXPECT_TRUE(near(some.map[0].slice(1, 0, 16), view.all.map[7].slice(1, 0, 16)));
  EXPECT_TRUE(near(some.map[0].slice(1, 48), view.all.map[7].slice(1, 48)));
  EXPECT_TRUE(near(some.class_maps[0].slice(1, 16, 48), view.all.class_maps[2].slice(1, 16, 48)));
  EXPECT_TRUE(near(some.class_maps[0].slice(1, 48), view.all.class_maps[7].slice(1, 48)));
  EXPECT_TRUE(near(some.blocks[0][2], view.all.blocks[0][4]));
  EXPECT_TRUE(near(some.pooled[0], half(view.all.pooled)));
  EXPECT_TRUE(near(some.energy[0].slice(1, 16, 48), view.all.energy[2].slice(1, 16, 48)));
  EXPECT_TRUE(near(some.blocks[0][1].slice(1, 48), view.all.blocks[0][2].slice(1, 48)));
  EXPECT_TRUE(near(some.blocks[0][1].slice(1, 16, 48), view.all.blocks[0][7].slice(1, 16, 48)));
}

}  // namespace
}  // namespace liteheart
