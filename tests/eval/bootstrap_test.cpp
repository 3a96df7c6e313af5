#include "eval/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace liteheart {
namespace {

/// The weighted mean of `value`.
Statistic mean_of(const std::vector<double>& value) {
  return [&value](std::span<const std::uint32_t> weight, std::span<double> out) {
    double sum = 0, records = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
      sum += weight[i] * value[i];
      records += weight[i];
    }
    out[0] = sum / records;
  };
}

TEST(Bootstrap, IntervalOfAMeanIsTheNormalOne) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal(10, 2);
  std::vector<double> value(400);
  std::vector<int> patient(value.size());
  std::iota(patient.begin(), patient.end(), 0);
  for (double& v : value) v = normal(random);
  const double mean = std::accumulate(value.begin(), value.end(), 0.0) / 400;
  double variance = 0;
  for (double v : value) variance += (v - mean) * (v - mean) / 400;
  const double half = 1.96 * std::sqrt(variance / 400);

  const auto i = percentile_interval(
      bootstrap_patients(patient, 1, mean_of(value), {.replicates = 4000}), 0.95);
  ASSERT_TRUE(i);
  EXPECT_NEAR(i->low, mean - half, 0.1 * half);
  EXPECT_NEAR(i->high, mean + half, 0.1 * half);
}

TEST(Bootstrap, RecordsOfAPatientCountOnceForTheSpread) {
  const int patients = 200, copies = 9;
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal;
  std::vector<double> once, copied;
  std::vector<int> patient_once, patient_copied;
  for (int p = 0; p < patients; ++p) {
    once.push_back(normal(random));
    patient_once.push_back(p);
    for (int k = 0; k < copies; ++k) {
      copied.push_back(once.back());
      patient_copied.push_back(p);
    }
  }
  const auto a = percentile_interval(bootstrap_patients(patient_once, 1, mean_of(once), {}), 0.95);
  const auto b =
      percentile_interval(bootstrap_patients(patient_copied, 1, mean_of(copied), {}), 0.95);
  EXPECT_NEAR(a->low, b->low, 1e-12);
  EXPECT_NEAR(a->high, b->high, 1e-12);
}

TEST(Bootstrap, DrawsAsManyPatientsAsThereAre) {
  const std::vector<int> patient = {5, 5, 9, 9, 70, 70};
  const Statistic total = [](std::span<const std::uint32_t> weight, std::span<double> out) {
    out[0] = weight[0] + weight[2] + weight[4];
    out[1] = weight[0] == weight[1] && weight[2] == weight[3] && weight[4] == weight[5];
  };
  const auto values = bootstrap_patients(patient, 2, total, {.replicates = 50});
  for (std::size_t r = 0; r < 50; ++r) {
    EXPECT_EQ(values[r], 3);
    EXPECT_EQ(values[50 + r], 1);
  }
}

TEST(Bootstrap, SameSeedGivesTheSameReplicatesOnAnyNumberOfThreads) {
  std::vector<double> value(50);
  std::vector<int> patient(50);
  std::iota(value.begin(), value.end(), 0.0);
  std::iota(patient.begin(), patient.end(), 0);
  const auto run = [&](std::uint64_t seed, int threads) {
    return bootstrap_patients(patient, 1, mean_of(value),
                              {.replicates = 101, .seed = seed, .threads = threads});
  };
  EXPECT_EQ(run(4, 1), run(4, 1));
  EXPECT_EQ(run(4, 1), run(4, 3));
  EXPECT_NE(run(4, 1), run(5, 1));
}

TEST(Bootstrap, AFailingStatisticIsAnErrorNotATermination) {
  const std::vector<int> patient = {0, 1};
  const Statistic fails = [](auto, auto) { throw std::runtime_error("no statistic"); };
  EXPECT_THROW(bootstrap_patients(patient, 1, fails, {.replicates = 10, .threads = 2}),
               std::runtime_error);
}

TEST(PercentileInterval, InterpolatesAndLeavesUndefinedReplicatesOut) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto i = percentile_interval(std::vector<double>{4, nan, 1, 3, 2, nan, 0}, 0.9);
  ASSERT_TRUE(i);
  EXPECT_DOUBLE_EQ(i->low, 0.2);
  EXPECT_DOUBLE_EQ(i->high, 3.8);
  EXPECT_FALSE(percentile_interval(std::vector<double>{nan, nan}, 0.9));
}

}  // namespace
}  // namespace liteheart
