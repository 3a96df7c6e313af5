#include "train/weight_mean.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace liteheart {
namespace {

TEST(WeightMean, is_the_exponential_mean_with_a_decay_that_grows) {
  const NamedTensors mean = {{"w", at::zeros({3})}, {"count", at::zeros({}, at::kLong)}};
  double expected = 0;
  for (int n = 1; n <= 200; ++n) {
    const double value = std::sin(n);
    average_weights(mean, {{"w", at::full({3}, value)}, {"count", at::full({}, n, at::kLong)}}, 0.9,
                    n);
    const double d = std::min(0.9, (1.0 + n) / (10.0 + n));
    expected = d * expected + (1 - d) * value;
  }
  EXPECT_NEAR(mean[0].second[1].item<double>(), expected, 1e-6);
  EXPECT_EQ(mean[1].second.item<std::int64_t>(), 200);
}

TEST(WeightMean, of_constant_weights_soon_is_them_whatever_it_began_with) {
  const NamedTensors mean = {{"w", at::full({1}, 100.0)}};
  for (int n = 1; n <= 2000; ++n) average_weights(mean, {{"w", at::full({1}, 7.0)}}, 0.998, n);
  EXPECT_NEAR(mean[0].second.item<double>(), 7.0, 1e-3);
}

}  // namespace
}  // namespace liteheart
