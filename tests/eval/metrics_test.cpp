#include "eval/metrics.h"

#include <gtest/gtest.h>

namespace liteheart {
namespace {

using Labels = std::vector<std::uint8_t>;
using Weights = std::vector<std::uint32_t>;

TEST(RankedScores, AreaCountsOrderedPairsAndHalvesTies) {
  // Pairs (positive, negative): (3, 2) right, (3, 1) right, (2, 2) tied, (2, 1) right.
  const RankedScores r(std::vector<float>{3, 2, 2, 1}, Labels{1, 1, 0, 0});
  EXPECT_DOUBLE_EQ(r.areas(Weights{1, 1, 1, 1})->roc_auc, 3.5 / 4);
}

TEST(RankedScores, AveragePrecisionTakesTiedScoresTogether) {
  const RankedScores r(std::vector<float>{3, 2, 2, 1}, Labels{1, 1, 0, 0});
  EXPECT_DOUBLE_EQ(r.areas(Weights{1, 1, 1, 1})->average_precision, 0.5 * 1 + 0.5 * 2 / 3);
}

TEST(RankedScores, AWeightIsARepetition) {
  const std::vector<float> score = {0.5F, 0.25F, 0.25F, -1, 2};
  const Labels label = {1, 0, 1, 1, 0};
  const auto weighted = RankedScores(score, label).areas(Weights{2, 1, 0, 3, 1});
  const auto repeated = RankedScores(std::vector<float>{0.5F, 0.5F, 0.25F, -1, -1, -1, 2},
                                     Labels{1, 1, 0, 1, 1, 1, 0})
                            .areas(Weights(7, 1));
  EXPECT_DOUBLE_EQ(weighted->roc_auc, repeated->roc_auc);
  EXPECT_DOUBLE_EQ(weighted->average_precision, repeated->average_precision);
}

TEST(RankedScores, HasNoAreasWherePositivesOrNegativesHaveNoWeight) {
  const RankedScores r(std::vector<float>{1, 2}, Labels{1, 0});
  EXPECT_FALSE(r.areas(Weights{0, 1}));
  EXPECT_FALSE(r.areas(Weights{1, 0}));
  EXPECT_TRUE(r.areas(Weights{1, 1}));
}

TEST(Confusion, SumsWeights) {
  const Confusion c = confusion(Labels{1, 1, 0, 0}, Labels{1, 0, 1, 0}, Weights{1, 2, 3, 4});
  EXPECT_EQ(c.tp, 1);
  EXPECT_EQ(c.fn, 2);
  EXPECT_EQ(c.fp, 3);
  EXPECT_EQ(c.tn, 4);
}

TEST(Confusion, MeasuresFollowTheirFormulas) {
  const Confusion c{.tp = 6, .fp = 3, .fn = 2, .tn = 9};
  EXPECT_DOUBLE_EQ(*f_beta(c, 1), 12.0 / 17);
  EXPECT_DOUBLE_EQ(*f_beta(c, 2), 30.0 / 41);
  EXPECT_DOUBLE_EQ(*g_beta(c, 2), 6.0 / 13);
  EXPECT_DOUBLE_EQ(*sensitivity(c), 0.75);
  EXPECT_DOUBLE_EQ(*specificity(c), 0.75);
}

TEST(Confusion, MeasuresOfNothingAreUndefined) {
  const Confusion only_negatives{.tp = 0, .fp = 0, .fn = 0, .tn = 5};
  EXPECT_FALSE(f_beta(only_negatives, 2));
  EXPECT_FALSE(g_beta(only_negatives, 2));
  EXPECT_FALSE(sensitivity(only_negatives));
  EXPECT_FALSE(specificity(Confusion{.tp = 1, .fp = 0, .fn = 0, .tn = 0}));
}

TEST(CalibrationError, IsTheGapOfTheBinMeans) {
  // Bins of 1/15: {0.10, 0.12} in the second, {1.0} in the last.
  const std::vector<float> p = {0.10F, 0.12F, 1.0F};
  EXPECT_NEAR(expected_calibration_error(p, Labels{0, 1, 0}), (0.78 + 1) / 3, 1e-7);
}

TEST(CalibrationError, IsZeroWhereProbabilitiesAreFrequencies) {
  const std::vector<float> p = {0.25F, 0.25F, 0.25F, 0.25F, 1, 0};
  EXPECT_EQ(expected_calibration_error(p, Labels{1, 0, 0, 0, 1, 0}), 0);
}

}  // namespace
}  // namespace liteheart
