// Statistics over seeds against a plain computation of the same.
#include "experiment/seed_statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "scratch.h"

namespace liteheart::test {
namespace {

constexpr std::size_t kRecords = 60, kClasses = 3;

/// Predictions of the same recordings (two a patient), better with `skill`.
StoredPredictions predictions(unsigned seed, double skill) {
  std::mt19937 truth(1), noise(seed);
  std::normal_distribution<double> normal;
  StoredPredictions s;
  s.predictions.records = kRecords;
  s.predictions.classes = kClasses;
  for (std::size_t i = 0; i < kRecords; ++i) {
    s.predictions.patient.push_back(static_cast<int>(i / 2));
    for (std::size_t c = 0; c < kClasses; ++c) {
      const bool positive = truth() % 3 == 0;
      s.predictions.label.push_back(positive);
      s.predictions.logit.push_back(
          static_cast<float>(skill * (positive ? 1 : -1) + normal(noise)));
    }
  }
  s.classes.resize(kClasses);
  s.decision = {std::vector<float>(kClasses, 0.5F), std::vector<float>(kClasses, 1.0F),
                std::vector<float>(kClasses, 0.0F)};
  return s;
}

/// Share of (positive, negative) pairs in the right order, each counted as often as its patients
/// were drawn: the AUC by its definition.
double plain_macro_auc(const Predictions& p, std::span<const std::uint32_t> weight) {
  double macro = 0;
  for (std::size_t c = 0; c < p.classes; ++c) {
    double right = 0, pairs = 0;
    for (std::size_t i = 0; i < p.records; ++i) {
      for (std::size_t j = 0; j < p.records; ++j) {
        const std::size_t a = i * p.classes + c, b = j * p.classes + c;
        if (!p.label[a] || p.label[b]) continue;
        const double w = static_cast<double>(weight[i]) * weight[j];
        pairs += w;
        right += w * (p.logit[a] > p.logit[b] ? 1 : p.logit[a] == p.logit[b] ? 0.5 : 0);
      }
    }
    macro += right / pairs / static_cast<double>(p.classes);
  }
  return macro;
}

double plain_mean(const SeededSystem& s, std::span<const std::uint32_t> weight) {
  double sum = 0;
  for (const StoredPredictions& seed : s.seeds) sum += plain_macro_auc(seed.predictions, weight);
  return sum / static_cast<double>(s.seeds.size());
}

class SeedStatistics : public testing::Test {
 protected:
  SeedStatistics() {
    systems.resize(4);
    systems[0].seeds = {predictions(2, 2)};  // teacher
    systems[1].seeds = {predictions(3, 0.3), predictions(4, 0.35)};
    systems[2].seeds = {predictions(5, 0.9), predictions(6, 1), predictions(7, 1.1)};
    systems[2].baseline = 1;
    systems[2].teacher = 0;
    systems[1].rival_of = 2;
  }
  std::vector<SeededNumbers> numbers() const { return seeded_numbers(systems, bootstrap); }

  /// The interval of a number that follows from how the patients were drawn, drawn plainly.
  Interval plain_interval(
      const std::function<double(std::span<const std::uint32_t>)>& number) const {
    const auto drawn = bootstrap_patients(
        systems[0].seeds[0].predictions.patient, 1,
        [&](std::span<const std::uint32_t> weight, std::span<double> out) {
          out[0] = number(weight);
        },
        bootstrap);
    return *percentile_interval(drawn, bootstrap.confidence);
  }

  static void expect_interval(const Estimate& e, const Interval& wanted) {
    ASSERT_TRUE(e.interval);
    EXPECT_NEAR(e.interval->low, wanted.low, 1e-9);
    EXPECT_NEAR(e.interval->high, wanted.high, 1e-9);
  }

  std::vector<SeededSystem> systems;
  BootstrapOptions bootstrap{200, 0.95, 1, 2};
  const std::vector<std::uint32_t> once = std::vector<std::uint32_t>(kRecords, 1);
};

TEST_F(SeedStatistics, MeanIsOverSeedsAndItsIntervalAveragesThemWithinEachDraw) {
  const auto n = numbers()[2];
  EXPECT_NEAR(*n.mean[0].value, plain_mean(systems[2], once), 1e-12);
  expect_interval(n.mean[0],
                  plain_interval([&](auto weight) { return plain_mean(systems[2], weight); }));
}

TEST_F(SeedStatistics, DeviationIsThatOfTheSeeds) {
  const double mean = plain_mean(systems[2], once);
  double squares = 0;
  for (const auto& seed : systems[2].seeds)
    squares += std::pow(plain_macro_auc(seed.predictions, once) - mean, 2);
  EXPECT_NEAR(*numbers()[2].deviation[0], std::sqrt(squares / 2), 1e-12);
  EXPECT_FALSE(numbers()[0].deviation[0]);  // one seed
}

TEST_F(SeedStatistics, GapClosedIsOfTheMeansOverTheSameDraws) {
  const auto closed = [&](auto weight) {
    const double baseline = plain_mean(systems[1], weight);
    return (plain_mean(systems[2], weight) - baseline) /
           (plain_mean(systems[0], weight) - baseline);
  };
  const auto n = numbers()[2];
  EXPECT_NEAR(*n.gap_closed[0].value, closed(once), 1e-12);
  expect_interval(n.gap_closed[0], plain_interval(closed));
  EXPECT_FALSE(numbers()[1].gap_closed[0].value);
}

TEST_F(SeedStatistics, DifferencesArePaired) {
  const auto ahead = [&](auto weight) {
    return plain_mean(systems[2], weight) - plain_mean(systems[1], weight);
  };
  const auto n = numbers()[1];
  EXPECT_NEAR(*n.ahead[0].value, ahead(once), 1e-12);
  expect_interval(n.ahead[0], plain_interval(ahead));
}

TEST_F(SeedStatistics, ASystemThatIsNotMeasuredYetHasNoNumbers) {
  const auto n = numbers()[3];
  EXPECT_FALSE(n.mean[0].value);
  EXPECT_TRUE(n.classes.empty());
}

TEST_F(SeedStatistics, OtherRecordingsAreRefused) {
  systems[3].seeds = {predictions(8, 1)};
  systems[3].seeds[0].predictions.label[0] ^= 1;
  EXPECT_NE(error_of([&] { numbers(); }).find("not evaluated on the same recordings"),
            std::string::npos);
}

}  // namespace
}  // namespace liteheart::test
