#include "eval/curves.h"

#include <gtest/gtest.h>

#include <cmath>

#include "eval/columns.h"
#include "eval/found_instead.h"
#include "eval/metrics.h"
#include "eval/report.h"
#include "golden.h"

namespace liteheart {
namespace {

constexpr double kSame = 1e-9;

/// Scores with many ties.
Predictions coarse(Predictions p) {
  for (float& x : p.logit) x = std::round(x * 2) / 2;
  return p;
}

TEST(Curves, AreasAreTheReportedNumbersOfEveryClassAndOfTheirMean) {
  for (const Predictions& p :
       {test::golden_predictions("logit"), coarse(test::golden_predictions("logit"))}) {
    const auto logit = columns(p.logit, p.classes);
    const auto label = columns(p.label, p.classes);
    std::vector<Curve> roc, precision_recall;
    for (std::size_t c = 0; c < p.classes; ++c) {
      const auto curves = class_curves(logit.of(c), label.of(c));
      const auto areas =
          RankedScores(logit.of(c), label.of(c)).areas(std::vector<std::uint32_t>(p.records, 1));
      ASSERT_EQ(curves.has_value(), areas.has_value());
      if (!curves) continue;
      EXPECT_NEAR(area(curves->roc), areas->roc_auc, kSame) << c;
      EXPECT_NEAR(area(curves->precision_recall), areas->average_precision, kSame) << c;
      roc.push_back(curves->roc);
      precision_recall.push_back(curves->precision_recall);
    }
    ASSERT_GT(roc.size(), 1u);
    EXPECT_NEAR(area(mean_curve(roc)), macro_auc(p), kSame);
    EXPECT_NEAR(area(mean_curve(precision_recall)), mean_average_precision(p), kSame);
  }
}

TEST(Curves, AreThoseDrawnByHand) {
  const std::vector<float> score = {0.9F, 0.8F, 0.8F, 0.3F};
  const std::vector<std::uint8_t> label = {1, 0, 1, 0};
  const auto curves = class_curves(score, label).value();
  const auto same = [](const Curve& a, const Curve& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_DOUBLE_EQ(a[i].x, b[i].x) << i;
      EXPECT_DOUBLE_EQ(a[i].y, b[i].y) << i;
    }
  };
  same(curves.roc, {{0, 0}, {0, 0.5}, {0.5, 1}, {1, 1}});
  same(curves.precision_recall, {{0, 1}, {0.5, 1}, {0.5, 2 / 3.0}, {1, 2 / 3.0}});
  EXPECT_FALSE(class_curves(score, std::vector<std::uint8_t>(4, 1)));
  EXPECT_FALSE(class_curves(score, std::vector<std::uint8_t>(4, 0)));
  EXPECT_TRUE(mean_curve({}).empty());
}

TEST(Reliability, BinsHoldWhatFallsIntoThem) {
  // 0.5 is in the middle bin of 15, 1 in the last, which is closed.
  const std::vector<float> probability = {0.01F, 0.03F, 0.5F, 0.52F, 1.0F, 0.99F};
  const std::vector<std::uint8_t> label = {0, 1, 1, 0, 1, 1};
  const auto bins = reliability_bins(probability, label);
  ASSERT_EQ(bins.size(), 15u);
  EXPECT_EQ(bins[0].records, 2u);
  EXPECT_EQ(bins[0].positives, 1u);
  EXPECT_NEAR(bins[0].mean_probability, 0.02, 1e-7);
  EXPECT_EQ(bins[7].records, 2u);
  EXPECT_NEAR(bins[7].mean_probability, 0.51, 1e-7);
  EXPECT_EQ(bins[14].records, 2u);
  EXPECT_EQ(bins[14].positives, 2u);
  EXPECT_EQ(bins[3].records, 0u);
  EXPECT_NEAR(expected_calibration_error(probability, label), (2 * 0.48 + 2 * 0.01 + 2 * 0.005) / 6,
              1e-7);
}

TEST(FoundInstead, CountsWhatIsFoundThoughItIsNotThere) {
  // Classes A, B, C; a row a recording.
  const std::vector<std::uint8_t> truth = {1, 0, 0,  //
                                           1, 0, 0,  //
                                           1, 1, 0,  //
                                           0, 1, 0};
  const std::vector<std::uint8_t> found = {1, 0, 0,  //
                                           0, 1, 1,  // B and C instead of A
                                           1, 1, 0,  // both right: B is not found instead of A
                                           0, 0, 0};
  const FoundInstead f = found_instead({3, truth}, found);
  EXPECT_EQ(f.records, (std::vector<std::size_t>{3, 2, 0}));
  EXPECT_DOUBLE_EQ(f.at(0, 0), 2 / 3.0);
  EXPECT_DOUBLE_EQ(f.at(0, 1), 1 / 3.0);
  EXPECT_DOUBLE_EQ(f.at(0, 2), 1 / 3.0);
  EXPECT_DOUBLE_EQ(f.at(1, 1), 0.5);
  EXPECT_DOUBLE_EQ(f.at(1, 0), 0);
  EXPECT_DOUBLE_EQ(f.at(2, 2), 0);
}

}  // namespace
}  // namespace liteheart
