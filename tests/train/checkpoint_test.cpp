#include "train/checkpoint.h"

#include <ATen/ATen.h>

#include "ecg/error.h"
#include "scratch.h"

namespace liteheart {
namespace {

TEST(CheckpointFile, keeps_every_number_of_the_progression) {
  const test::ScratchFolder folder;
  EXPECT_FALSE(read_checkpoint(folder.path(), {}));
  Checkpoint written;
  written.config = {{"epochs", 3}, {"learning_rate", 0.1}};
  written.progression = {12, 11, 1, 2, 1.0 / 3, 0.6, 0.7, true, {{"total", 0.1 + 0.2}}};
  written.tensors = {{"x", at::arange(3, at::kFloat)}};
  write_checkpoint(folder.path(), written);
  const auto read = read_checkpoint(folder.path(), written.config);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->progression.step, 12u);
  EXPECT_EQ(read->progression.optimizer_steps, 11);
  EXPECT_EQ(read->progression.best_epoch, 1);
  EXPECT_EQ(read->progression.epochs_done, 2);
  EXPECT_EQ(read->progression.best_map, 1.0 / 3);
  EXPECT_EQ(read->progression.best_auc, 0.6);
  EXPECT_EQ(read->progression.seconds, 0.7);
  EXPECT_TRUE(read->progression.finished);
  EXPECT_EQ(read->progression.sums.at("total").get<double>(), 0.1 + 0.2);
  EXPECT_TRUE(at::equal(read->tensors[0].second, at::arange(3, at::kFloat)));
}

TEST(CheckpointFile, from_before_a_setting_came_belongs_to_its_default) {
  const test::ScratchFolder folder;
  Checkpoint written;
  written.config = {{"epochs", 3}};
  write_checkpoint(folder.path(), written);
  EXPECT_TRUE(read_checkpoint(folder.path(), {{"epochs", 3}, {"selection", "map"}}));
  EXPECT_THROW(read_checkpoint(folder.path(), {{"epochs", 3}, {"selection", "auc"}}), Error);
}

}  // namespace
}  // namespace liteheart
