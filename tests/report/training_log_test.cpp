#include "report/training_log.h"

#include <gtest/gtest.h>

#include "ecg/error.h"
#include "report/golden_study.h"
#include "scratch.h"

namespace liteheart {
namespace {

constexpr const char* kLog =
    R"({"step": 50, "losses": {"total": 1.5}, "gradient_norm": 1, "learning_rate": 0.001}
{"step": 60, "epoch": 1, "losses": {"logit": 0.1, "supervised": 0.5, "total": 1.2}, "validation_map": 0.4, "validation_auc": 0.8, "best": true, "records_per_second": 9}
half a line
{"step": 120, "epoch": 2, "losses": {"logit": 0.1, "supervised": 0.3, "total": 0.9}, "validation_map": 0.6, "validation_auc": 0.85, "best": true, "records_per_second": 9}
{"step": 180, "epoch": 3, "losses": {"logit": 0.1, "supervised": 0.2, "total": 0.8}, "validation_map": 0.5, "validation_auc": 0.86, "best": false, "records_per_second": 9}
)";

TEST(TrainingLog, GivesTheEpochsAndPassesOverTheRest) {
  const test::ScratchFolder folder;
  test::write_bytes(folder.path() / "log.jsonl", kLog);
  const auto epochs = read_training_log(folder.path());
  ASSERT_EQ(epochs.size(), 3u);
  EXPECT_EQ(epochs[1].epoch, 2);
  EXPECT_DOUBLE_EQ(epochs[1].losses.at("total"), 0.9);
  EXPECT_DOUBLE_EQ(epochs[2].map, 0.5);
  EXPECT_FALSE(epochs[2].best);
  EXPECT_TRUE(read_training_log(folder.path() / "nowhere").empty());
}

TEST(TrainingLog, PanelsNameTheEpochThatWasKept) {
  const test::ScratchFolder folder;
  test::write_bytes(folder.path() / "log.jsonl", kLog);
  const Panel validation = validation_panel("a", read_training_log(folder.path()));
  EXPECT_NE(validation.alternative.find("best at epoch 2 of 3, MAP 0.600"), std::string::npos)
      << validation.alternative;
  const Panel losses = losses_panel("a", read_training_log(folder.path()));
  EXPECT_EQ(test::parts(losses.drawing, "total").size(), 1u);
  EXPECT_EQ(test::parts(losses.drawing, "supervised").size(), 1u);
}

TEST(TrainingLog, PageHoldsTheCurvesAndEscapesItsTitle) {
  const test::ScratchFolder folder;
  test::write_bytes(folder.path() / "log.jsonl", kLog);
  const std::string page = training_page("a<b>", folder.path());
  EXPECT_EQ(page.find("a<b>"), std::string::npos);
  EXPECT_NE(page.find("a&lt;b&gt;"), std::string::npos);
  EXPECT_NE(page.find("0.6000"), std::string::npos);
  EXPECT_THROW(training_page("x", folder.path() / "nowhere"), Error);
}

}  // namespace
}  // namespace liteheart
