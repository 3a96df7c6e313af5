#include "eval/decision.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "eval/metrics.h"
#include "golden.h"

namespace liteheart {
namespace {

double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

TEST(Platt, AgreesWithTheRootThatScipyFinds) {
  for (const auto& c : test::golden()["platt"]) {
    const auto logit = c["logit"].get<std::vector<float>>();
    const auto label = c["label"].get<std::vector<std::uint8_t>>();
    const auto fit = fit_platt(logit, label);
    ASSERT_TRUE(fit);
    EXPECT_NEAR(fit->slope, c["slope"], 1e-7);
    EXPECT_NEAR(fit->intercept, c["intercept"], 1e-7);
  }
}

TEST(Platt, RecoversKnownSlopeAndIntercept) {
  std::mt19937_64 random(3);
  std::normal_distribution<float> logits(-1, 2);
  std::uniform_real_distribution<double> uniform;
  std::vector<float> logit(100'000);
  std::vector<std::uint8_t> label(logit.size());
  for (std::size_t i = 0; i < logit.size(); ++i) {
    logit[i] = logits(random);
    label[i] = uniform(random) < sigmoid(0.6 * logit[i] - 0.8);
  }
  const auto fit = fit_platt(logit, label);
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->slope, 0.6, 0.02);  // four standard errors
  EXPECT_NEAR(fit->intercept, -0.8, 0.04);
}

TEST(Platt, StaysFiniteWhereTheClassesSeparate) {
  const auto fit =
      fit_platt(std::vector<float>{-900, -800, 700, 1000}, std::vector<std::uint8_t>{0, 0, 1, 1});
  ASSERT_TRUE(fit);
  EXPECT_GT(fit->slope, 0);
  // Smoothed targets: (2 + 1) / (2 + 2) for positives.
  EXPECT_NEAR(sigmoid(fit->slope * 850 + fit->intercept), 0.75, 0.02);
}

TEST(Platt, NeverReversesARanking) {
  const std::vector<float> logit = {-2, -1, 0, 1, 2, 3};
  const std::vector<std::uint8_t> label = {1, 1, 0, 0, 0, 0};
  const auto fit = fit_platt(logit, label);
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->slope, 1);
  double sum = 0;
  for (float z : logit) sum += sigmoid(z + fit->intercept);
  EXPECT_NEAR(sum, 2 * 0.75 + 4 / 6.0, 1e-6);  // the sum of the smoothed targets
}

TEST(Platt, HandlesLogitsThatAreAllEqual) {
  const auto fit = fit_platt(std::vector<float>{2, 2, 2, 2}, std::vector<std::uint8_t>{1, 0, 0, 0});
  ASSERT_TRUE(fit);
  EXPECT_TRUE(std::isfinite(fit->intercept));
  EXPECT_GT(fit->slope, 0);
}

TEST(Threshold, HasTheGreatestExpectedF2) {
  std::mt19937_64 random(11);
  std::uniform_int_distribution<int> sixteenths(1, 15);
  for (int round = 0; round < 200; ++round) {
    std::vector<float> probability(25);
    for (float& p : probability) p = static_cast<float>(sixteenths(random)) / 16;
    const auto expected_f2 = [&](float threshold) {
      double found = 0, missed = 0, wrong = 0;
      for (float p : probability) {
        (p >= threshold ? found : missed) += p;
        if (p >= threshold) wrong += 1 - p;
      }
      return 5 * found / (5 * found + 4 * missed + wrong);
    };
    const float threshold = best_threshold(probability);
    for (float p : probability)
      EXPECT_LE(expected_f2(p), expected_f2(threshold) + 1e-12) << "round " << round;
    EXPECT_NEAR(threshold, expected_f2(threshold) / 5, 1e-7) << "round " << round;
  }
}

TEST(Threshold, ExistsWhereProbabilitiesAreEqualOrNone) {
  EXPECT_FLOAT_EQ(best_threshold(std::vector<float>(8, 0.25F)), 0.25F / (4 * 0.25F + 1));
  EXPECT_EQ(best_threshold(std::vector<float>(8, 0.F)), 0.5F);
  EXPECT_EQ(best_threshold({}), 0.5F);
}

/// A rare finding, three in a hundred; logits of positives lie 2 higher.
Predictions rare_class(std::mt19937_64& random, std::size_t records) {
  std::normal_distribution<float> noise(0, 1);
  std::bernoulli_distribution positive(0.03);
  Predictions p{.records = records, .classes = 1, .logit = {}, .label = {}, .patient = {}};
  for (std::size_t r = 0; r < records; ++r) {
    p.label.push_back(positive(random));
    p.logit.push_back(noise(random) + (p.label.back() ? 2.F : 0.F));
  }
  return p;
}

double f2_of(const Predictions& p, const Decision& d) {
  const std::vector<std::uint32_t> once(p.records, 1);
  return f_beta(confusion(p.label, decide(probabilities(p, d), d), once), 2).value();
}

/// Learned on 200 records with some six positives, for records not seen: better than the threshold
/// that has the greatest F-beta 2 among these six.
TEST(Threshold, OfAHandfulOfPositivesCarriesOver) {
  std::mt19937_64 random(7);
  const Predictions unseen = rare_class(random, 20'000);
  double learned = 0, greatest = 0;
  constexpr int kRounds = 40;
  for (int round = 0; round < kRounds; ++round) {
    const Predictions few = rare_class(random, 200);
    Decision d = learn_decision(few);
    learned += f2_of(unseen, d) / kRounds;
    float among_them = 0.5F;
    double best = -1;
    for (float p : probabilities(few, d)) {
      d.threshold[0] = p;
      if (const double f2 = f2_of(few, d); f2 > best) best = f2, among_them = p;
    }
    d.threshold[0] = among_them;
    greatest += f2_of(unseen, d) / kRounds;
  }
  EXPECT_GT(learned, greatest + 0.01);
}

Predictions one_informative_class() {
  std::mt19937_64 random(5);
  std::normal_distribution<float> noise(0, 1);
  Predictions p{.records = 400, .classes = 3, .logit = {}, .label = {}, .patient = {}};
  for (std::size_t r = 0; r < p.records; ++r) {
    const bool positive = r % 4 == 0;
    p.logit.insert(p.logit.end(), {noise(random) + (positive ? 2.F : 0.F), 1.5F, noise(random)});
    p.label.insert(p.label.end(), {positive, 0, 1});
  }
  return p;
}

TEST(Decision, ClassWithoutPositivesOrNegativesKeepsIdentityAndOneHalf) {
  const Decision d = learn_decision(one_informative_class());
  for (std::size_t c : {1, 2}) {
    EXPECT_EQ(d.slope[c], 1.F);
    EXPECT_EQ(d.intercept[c], 0.F);
    EXPECT_EQ(d.threshold[c], 0.5F);
  }
}

TEST(Decision, GivesEachClassTheThresholdOfItsOwnProbabilities) {
  std::mt19937_64 random(9);
  std::normal_distribution<float> noise(0, 1);
  Predictions p{.records = 300, .classes = 2, .logit = {}, .label = {}, .patient = {}};
  for (std::size_t r = 0; r < p.records; ++r) {
    const std::uint8_t rare = r % 20 == 0, common = r % 3 == 0;
    p.logit.insert(p.logit.end(), {noise(random) + 2.F * rare, noise(random) + 2.F * common});
    p.label.insert(p.label.end(), {rare, common});
  }
  const Decision d = learn_decision(p);
  const std::vector<float> probability = probabilities(p, d);
  for (std::size_t c : {0, 1}) {
    std::vector<float> own;
    for (std::size_t r = 0; r < p.records; ++r) own.push_back(probability[r * 2 + c]);
    EXPECT_EQ(d.threshold[c], best_threshold(own));
  }
  EXPECT_LT(d.threshold[0], 0.9F * d.threshold[1]);
}

TEST(Decision, ProbabilitiesAreCalibrated) {
  const Predictions p = one_informative_class();
  const auto probability = probabilities(p, learn_decision(p));
  double sum = 0;
  for (std::size_t r = 0; r < p.records; ++r) sum += probability[r * p.classes];
  EXPECT_NEAR(sum / static_cast<double>(p.records), 0.25, 0.005);  // smoothing moves it this far
}

}  // namespace
}  // namespace liteheart
