#include "eval/challenge_score.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "golden.h"
#include "shared.h"

namespace liteheart {
namespace {

double score(const std::vector<Diagnosis>& classes, const std::vector<std::uint8_t>& label,
             const std::vector<std::uint8_t>& decided) {
  const std::vector<std::uint32_t> once(label.size() / classes.size(), 1);
  return ChallengeScore(classes, label, decided).value(once).value();
}

TEST(ChallengeScore, AgreesWithTheMatrixImplementation) {
  for (const auto& c : test::golden()["challenge"]) {
    const auto classes = test::diagnoses(c["codes"]);
    EXPECT_NEAR(score(classes, c["label"], c["decided"]), c["score"], test::kGoldenTolerance)
        << classes.size() << " classes";
  }
}

TEST(ChallengeScore, IsOneForTheTruthAndZeroForSinusRhythmAlone) {
  const auto classes = test::diagnoses({"164889003", "426783006", "427084000"});
  const std::vector<std::uint8_t> label = {1, 0, 0, 0, 1, 1, 0, 1, 0};
  EXPECT_EQ(score(classes, label, label), 1);
  EXPECT_EQ(score(classes, label, {0, 1, 0, 0, 1, 0, 0, 1, 0}), 0);
}

TEST(ChallengeScore, CountsEquivalentDiagnosesAsOne) {
  const auto classes = test::diagnoses({"713427006", "59118001"});  // CRBBB, RBBB
  EXPECT_EQ(score(classes, {1, 0}, {0, 1}), 1);
}

TEST(ChallengeScore, WeighsRecordsAsIfTheyWereRepeated) {
  const auto classes = test::diagnoses({"164889003", "426783006"});
  const std::vector<std::uint8_t> label = {1, 0, 0, 1}, decided = {0, 1, 0, 0};
  const std::vector<std::uint32_t> weight = {2, 3};
  EXPECT_NEAR(*ChallengeScore(classes, label, decided).value(weight),
              score(classes, {1, 0, 1, 0, 0, 1, 0, 1, 0, 1}, {0, 1, 0, 1, 0, 0, 0, 0, 0, 0}),
              1e-12);
}

TEST(ChallengeScore, IsUndefinedWithoutScoredClasses) {
  const std::vector<std::uint8_t> label = {1}, decided = {1};
  const std::vector<std::uint32_t> once = {1};
  const ChallengeScore s(test::diagnoses({"55827005"}), label, decided);
  EXPECT_EQ(s.scored_classes(), 0u);
  EXPECT_FALSE(s.value(once));
}

TEST(ChallengeWeights, AreTheOfficialOnes) {
  LITEHEART_NEEDS_SHARED();
  const ChallengeWeights& w = ChallengeWeights::official();
  ASSERT_EQ(w.classes, 26u);
  std::ifstream official(test::shared() / "data" / "weights.csv");
  std::string line, cell;
  std::getline(official, line);
  for (std::size_t row = 0; row < w.classes; ++row) {
    ASSERT_TRUE(std::getline(official, line));
    std::istringstream cells(line);
    std::getline(cells, cell, ',');
    EXPECT_EQ(w.class_of(cell.substr(0, cell.find('|'))), row);
    EXPECT_EQ(w.class_of(cell.substr(cell.rfind('|') + 1)), row);
    for (std::size_t column = 0; column < w.classes; ++column) {
      ASSERT_TRUE(std::getline(cells, cell, ','));
      EXPECT_EQ(w.reward[row * w.classes + column], std::stod(cell)) << row << " " << column;
    }
  }
  EXPECT_EQ(w.codes[w.inactive_class], std::vector<std::string_view>{"426783006"});
}

}  // namespace
}  // namespace liteheart
