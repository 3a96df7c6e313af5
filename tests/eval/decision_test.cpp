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

TEST(Threshold, HasTheGreatestF2OfAllProbabilities) {
  std::mt19937_64 random(11);
  std::uniform_int_distribution<int> sixteenths(0, 16);
  for (int round = 0; round < 200; ++round) {
    std::vector<float> probability(25);
    std::vector<std::uint8_t> label(probability.size());
    for (std::size_t i = 0; i < label.size(); ++i) {
      probability[i] = static_cast<float>(sixteenths(random)) / 16;
      label[i] = sixteenths(random) + 8 * (probability[i] > 0.5F) > 14;
    }
    label[0] = 1;
    const auto f2_at = [&](float threshold) {
      const std::vector<std::uint32_t> once(label.size(), 1);
      std::vector<std::uint8_t> decided(label.size());
      for (std::size_t i = 0; i < label.size(); ++i) decided[i] = probability[i] >= threshold;
      return f_beta(confusion(label, decided, once), 2).value();
    };
    double best = 0;
    float highest = 0;
    for (float p : probability) {
      if (f2_at(p) > best || (f2_at(p) == best && p > highest)) best = f2_at(p), highest = p;
    }
    EXPECT_EQ(best_threshold(probability, label), highest) << "round " << round;
  }
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

TEST(Decision, LearnedOnValidationMaximizesItsF2) {
  const Predictions p = one_informative_class();
  const Decision learned = learn_decision(p);
  const std::vector<std::uint32_t> once(p.records, 1);
  const auto f2 = [&](const Decision& d) {
    const auto decided = decide(probabilities(p, d), d);
    std::vector<std::uint8_t> y, yes;
    for (std::size_t r = 0; r < p.records; ++r) {
      y.push_back(p.label[r * p.classes]);
      yes.push_back(decided[r * p.classes]);
    }
    return f_beta(confusion(y, yes, once), 2).value();
  };
  for (float threshold = 0.01F; threshold < 1; threshold += 0.01F) {
    Decision other = learned;
    other.threshold[0] = threshold;
    EXPECT_LE(f2(other), f2(learned)) << threshold;
  }
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
