#include "eval/tsne.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "ecg/error.h"

namespace liteheart {
namespace {

/// `count` points around each of `centres` far corners of a space of `width` dimensions.
std::vector<float> clusters(std::size_t centres, std::size_t count, std::size_t width, double far) {
  std::mt19937 random(3);
  std::normal_distribution<float> noise;
  std::vector<float> points;
  for (std::size_t c = 0; c < centres; ++c)
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t k = 0; k < width; ++k)
        points.push_back(noise(random) + (k == c ? static_cast<float>(far) : 0.0F));
  return points;
}

std::vector<double> squared(const std::vector<float>& points, std::size_t width) {
  const std::size_t n = points.size() / width;
  std::vector<double> d(n * n);
  for (std::size_t i = 0; i < n * n; ++i)
    for (std::size_t k = 0; k < width; ++k)
      d[i] += std::pow(points[i / n * width + k] - points[i % n * width + k], 2);
  return d;
}

double distance(const std::array<double, 2>& a, const std::array<double, 2>& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1]);
}

TEST(Tsne, GradientIsThatOfFiniteDifferences) {
  const auto points = clusters(2, 6, 5, 2);
  TsneObjective objective(tsne_affinities(squared(points, 5), 12, 3), 12);
  PlanePoints plane = principal_plane(points, 5);
  const PlanePoints gradient = objective.gradient(plane);
  for (std::size_t i = 0; i < plane.size(); ++i) {
    for (std::size_t k = 0; k < 2; ++k) {
      const double step = 1e-5, at = plane[i][k];
      plane[i][k] = at + step;
      const double above = objective.value(plane);
      plane[i][k] = at - step;
      const double below = objective.value(plane);
      plane[i][k] = at;
      EXPECT_NEAR(gradient[i][k], (above - below) / (2 * step), 1e-8) << i << " " << k;
    }
  }
}

// Whatever the scale of the points: twelve orders of magnitude apart here.
TEST(Tsne, EveryPointsNeighbourhoodHasThePerplexityAskedFor) {
  auto d = squared(clusters(3, 20, 4, 5), 4);
  const std::size_t n = 60;
  for (std::size_t j = 1; j < n; ++j) {  // a point far from all others, equally
    d[j] = d[j * n] = 1e6;
  }
  for (const double scale : {1e-6, 1.0, 1e6}) {
    std::vector<double> scaled = d;
    for (double& x : scaled) x *= scale;
    const auto p = tsne_affinities(scaled, n, 10);
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        EXPECT_EQ(p[i * n + j], p[j * n + i]);
        sum += p[i * n + j];
      }
    EXPECT_NEAR(sum, 1, 1e-9);
  }
}

// Points on a circle see the same neighbourhood, so the joint affinities are the conditional ones.
TEST(Tsne, PerplexityIsTheExponentialOfTheEntropy) {
  const std::size_t n = 40;
  std::vector<float> circle;
  for (std::size_t i = 0; i < n; ++i) {
    const double turn = 2 * M_PI * static_cast<double>(i) / static_cast<double>(n);
    circle.push_back(static_cast<float>(std::cos(turn)));
    circle.push_back(static_cast<float>(std::sin(turn)));
  }
  for (const double perplexity : {3.0, 8.0, 13.0}) {
    const auto p = tsne_affinities(squared(circle, 2), n, perplexity);
    double entropy = 0;
    for (std::size_t j = 1; j < n; ++j) {
      const double conditional = p[j] * static_cast<double>(n);
      if (conditional > 0) entropy -= conditional * std::log(conditional);
    }
    EXPECT_NEAR(std::exp(entropy), perplexity, 1e-4);
  }
}

TEST(Tsne, ClustersThatAreApartStayApart) {
  const std::size_t centres = 4, count = 40, width = 10;
  const auto plane = tsne(clusters(centres, count, width, 30), width, {});
  ASSERT_EQ(plane.size(), centres * count);
  for (std::size_t i = 0; i < plane.size(); ++i) {
    double own = 0, nearest_other = INFINITY;
    for (std::size_t j = 0; j < plane.size(); ++j) {
      const double d = distance(plane[i], plane[j]);
      if (i / count == j / count)
        own = std::max(own, d);
      else
        nearest_other = std::min(nearest_other, d);
    }
    EXPECT_LT(own, nearest_other) << i;
  }
}

// scikit-learn 1.2.1 (exact, from the principal plane, 1000 iterations) ends at 0.349 on these.
TEST(Tsne, EndsWhereNoStepHelpsAndAsWellAsScikitLearn) {
  const auto points = clusters(3, 30, 8, 3);
  TsneObjective objective(tsne_affinities(squared(points, 8), 90, 89 / 3.0), 90);
  const PlanePoints plane = tsne(points, 8, {});
  EXPECT_LT(objective.value(plane), 0.36);
  for (const auto& slope : objective.gradient(plane))
    EXPECT_LT(std::hypot(slope[0], slope[1]), 1e-7);
}

TEST(Tsne, TheSameSeedGivesTheSamePlane) {
  const auto points = clusters(2, 25, 6, 4);
  EXPECT_EQ(tsne(points, 6, {}), tsne(points, 6, {}));
}

TEST(Tsne, TooFewPointsAndPointsAllTheSameStayAtTheOrigin) {
  EXPECT_EQ(tsne(std::vector<float>{1, 2, 3}, 1, {}), PlanePoints(3, {0, 0}));
  EXPECT_EQ(tsne(std::vector<float>(20, 7), 2, {}), PlanePoints(10, {0, 0}));
  EXPECT_TRUE(tsne({}, 2, {}).empty());
}

TEST(Tsne, PointsOnALineAndDuplicatesGiveFinitePlaces) {
  std::vector<float> line;
  for (int i = 0; i < 60; ++i) line.push_back(static_cast<float>(i / 2));
  for (const auto& y : tsne(line, 1, {})) EXPECT_TRUE(std::isfinite(y[0]) && std::isfinite(y[1]));
}

TEST(Tsne, RefusesWhatIsNotPoints) {
  EXPECT_THROW(tsne(std::vector<float>(5), 2, {}), Error);
  EXPECT_THROW(tsne(std::vector<float>{1, NAN, 2, 3}, 1, {}), Error);
}

TEST(Tsne, PrincipalPlaneKeepsTheDistancesOfPointsOnAPlane) {
  // x, y, and three combinations of them.
  const std::vector<std::array<double, 2>> at = {{0, 0}, {3, 1}, {-2, 4}, {5, -6}, {1, 1}};
  std::vector<float> points;
  for (const auto& [x, y] : at)
    for (const double v : {x, y, x + y, x - y, 2 * x}) points.push_back(static_cast<float>(v));
  const auto plane = principal_plane(points, 5);
  const auto expected = squared(points, 5);
  for (std::size_t i = 0; i < at.size(); ++i)
    for (std::size_t j = 0; j < at.size(); ++j)
      EXPECT_NEAR(std::pow(distance(plane[i], plane[j]), 2), expected[i * at.size() + j], 1e-6);
}

}  // namespace
}  // namespace liteheart
