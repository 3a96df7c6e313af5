#include "edge/beats.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace liteheart::edge {
namespace {

TEST(MovingMean, IsThatOfTheSamplesAroundEachWhateverTheLength) {
  std::mt19937 random(2);
  std::uniform_real_distribution<> uniform(0, 1);
  for (const std::size_t half : {0U, 1U, 2U, 7U}) {
    for (std::size_t samples = 0; samples < 40; ++samples) {
      std::vector<double> x(samples), kept(half + 1);
      for (double& v : x) v = uniform(random);
      const auto before = x;
      moving_mean(x.data(), samples, half, kept.data());
      for (std::size_t i = 0; i < samples; ++i) {
        double sum = 0;
        if (i >= half && i + half < samples)
          for (std::size_t j = i - half; j <= i + half; ++j) sum += before[j];
        EXPECT_NEAR(x[i], sum / static_cast<double>(2 * half + 1), 1e-12) << half << ' ' << samples;
      }
    }
  }
}

}  // namespace
}  // namespace liteheart::edge
