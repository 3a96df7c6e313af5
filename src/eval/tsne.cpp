#include "eval/tsne.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "ecg/error.h"

namespace liteheart {
namespace {

constexpr int kEarly = 250;  // iterations of exaggerated affinities
constexpr double kExaggeration = 12;
constexpr double kStartingSpread = 1e-4;  // s.d. of the first places

std::vector<double> squared_distances(std::span<const float> points, std::size_t width) {
  const std::size_t n = points.size() / width;
  std::vector<double> squared(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < width; ++k) {
        const double d = static_cast<double>(points[i * width + k]) - points[j * width + k];
        sum += d * d;
      }
      squared[i * n + j] = squared[j * n + i] = sum;
    }
  }
  return squared;
}

/// Of the Gaussian of precision `beta` around point i over the others: weights into `p`, and the
/// entropy in nats. `nearest`: the smallest squared distance, which the weights are relative to.
double gaussian(std::span<const double> squared, std::size_t i, double nearest, double beta,
                std::span<double> p) {
  double sum = 0, weighted = 0;
  for (std::size_t j = 0; j < p.size(); ++j) {
    p[j] = j == i ? 0 : std::exp(-beta * (squared[j] - nearest));
    sum += p[j];
    weighted += p[j] * (squared[j] - nearest);
  }
  for (double& x : p) x /= sum;
  return std::log(sum) + beta * weighted / sum;
}

void centre(PlanePoints& plane) {
  std::array<double, 2> mean{};
  for (const auto& y : plane)
    for (std::size_t k = 0; k < 2; ++k) mean[k] += y[k] / static_cast<double>(plane.size());
  for (auto& y : plane)
    for (std::size_t k = 0; k < 2; ++k) y[k] -= mean[k];
}

/// Steps with momentum, each coordinate's rate growing while it keeps its direction (Jacobs 1988).
class Descent {
 public:
  explicit Descent(std::size_t points) : velocity_(points), gain_(points, {1, 1}) {}

  void step(PlanePoints& plane, const PlanePoints& gradient, double rate, double momentum) {
    for (std::size_t i = 0; i < plane.size(); ++i) {
      for (std::size_t k = 0; k < 2; ++k) {
        double& gain = gain_[i][k];
        const bool turns = gradient[i][k] * velocity_[i][k] > 0;
        gain = std::max(0.01, turns ? gain * 0.8 : gain + 0.2);
        velocity_[i][k] = momentum * velocity_[i][k] - rate * gain * gradient[i][k];
        plane[i][k] += velocity_[i][k];
      }
    }
    centre(plane);
  }

 private:
  PlanePoints velocity_, gain_;
};

/// The principal plane, as small as t-SNE wants to start, with a little noise.
PlanePoints starting_places(std::span<const float> points, std::size_t width, std::uint64_t seed) {
  PlanePoints plane = principal_plane(points, width);
  double square = 0;
  for (const auto& y : plane) square += y[0] * y[0];
  const double scale = kStartingSpread / std::sqrt(square / static_cast<double>(plane.size()));
  std::mt19937_64 random(seed);
  for (auto& y : plane) {
    for (double& v : y) {
      const double noise = static_cast<double>(random() >> 11) * 0x1p-53 - 0.5;
      v = v * scale + 0.01 * kStartingSpread * noise;
    }
  }
  return plane;
}

}  // namespace

std::vector<double> tsne_affinities(std::span<const double> squared_distance, std::size_t n,
                                    double perplexity) {
  std::vector<double> p(n * n);
  const double wanted = std::log(perplexity);
  for (std::size_t i = 0; i < n; ++i) {
    const auto distances = squared_distance.subspan(i * n, n);
    const auto row = std::span(p).subspan(i * n, n);
    double nearest = INFINITY;
    for (std::size_t j = 0; j < n; ++j)
      if (j != i) nearest = std::min(nearest, distances[j]);
    // The entropy falls as beta rises.
    double low = 0, high = INFINITY, beta = 1;
    for (int tries = 0; tries < 200; ++tries) {
      const double entropy = gaussian(distances, i, nearest, beta, row);
      if (std::abs(entropy - wanted) < 1e-10) break;
      (entropy > wanted ? low : high) = beta;
      beta = std::isinf(high) ? beta * 2 : (low + high) / 2;
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      p[i * n + j] = p[j * n + i] = (p[i * n + j] + p[j * n + i]) / (2 * static_cast<double>(n));
    }
  }
  return p;
}

PlanePoints principal_plane(std::span<const float> points, std::size_t width) {
  const std::size_t n = points.size() / width;
  std::vector<double> centred(points.begin(), points.end());
  for (std::size_t k = 0; k < width; ++k) {
    double mean = 0;
    for (std::size_t i = 0; i < n; ++i) mean += centred[i * width + k] / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) centred[i * width + k] -= mean;
  }
  PlanePoints plane(n);
  // Power iteration; the second axis from what the first leaves.
  for (std::size_t axis = 0; axis < 2; ++axis) {
    std::vector<double> direction(width);
    for (std::size_t k = 0; k < width; ++k) direction[k] = 1 + 0.1 * static_cast<double>(k % 7);
    for (int round = 0; round < 100; ++round) {
      std::vector<double> next(width);
      for (std::size_t i = 0; i < n; ++i) {
        const auto row = std::span(centred).subspan(i * width, width);
        double along = 0;
        for (std::size_t k = 0; k < width; ++k) along += row[k] * direction[k];
        plane[i][axis] = along;
        for (std::size_t k = 0; k < width; ++k) next[k] += along * row[k];
      }
      double square = 0;
      for (const double v : next) square += v * v;
      if (square == 0) break;
      for (std::size_t k = 0; k < width; ++k) direction[k] = next[k] / std::sqrt(square);
    }
    for (std::size_t i = 0; i < n; ++i) {
      double& along = plane[i][axis];
      along = 0;
      for (std::size_t k = 0; k < width; ++k) along += centred[i * width + k] * direction[k];
      for (std::size_t k = 0; k < width; ++k) centred[i * width + k] -= along * direction[k];
    }
  }
  return plane;
}

TsneObjective::TsneObjective(std::vector<double> affinities, std::size_t points)
    : points_(points), affinities_(std::move(affinities)), kernel_(points * (points - 1) / 2) {}

void TsneObjective::look_at(const PlanePoints& plane) {
  sum_ = 0;
  double* kernel = kernel_.data();
  for (std::size_t i = 0; i < points_; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double dx = plane[i][0] - plane[j][0], dy = plane[i][1] - plane[j][1];
      *kernel = 1 / (1 + dx * dx + dy * dy);
      sum_ += 2 * *kernel++;
    }
  }
}

double TsneObjective::value(const PlanePoints& plane) {
  look_at(plane);
  double divergence = 0;
  const double* kernel = kernel_.data();
  for (std::size_t i = 0; i < points_; ++i) {
    for (std::size_t j = 0; j < i; ++j, ++kernel) {
      const double p = affinities_[i * points_ + j];
      if (p > 0) divergence += 2 * p * std::log(p * sum_ / *kernel);
    }
  }
  return divergence;
}

PlanePoints TsneObjective::gradient(const PlanePoints& plane, double exaggeration) {
  look_at(plane);
  PlanePoints slope(points_, {0, 0});
  const double* kernel = kernel_.data();
  for (std::size_t i = 0; i < points_; ++i) {
    for (std::size_t j = 0; j < i; ++j, ++kernel) {
      const double pull =
          4 * (exaggeration * affinities_[i * points_ + j] - *kernel / sum_) * *kernel;
      for (std::size_t k = 0; k < 2; ++k) {
        const double force = pull * (plane[i][k] - plane[j][k]);
        slope[i][k] += force;
        slope[j][k] -= force;
      }
    }
  }
  return slope;
}

PlanePoints tsne(std::span<const float> points, std::size_t width, const TsneOptions& options) {
  if (width == 0 || points.size() % width != 0 ||
      !std::all_of(points.begin(), points.end(), [](float x) { return std::isfinite(x); }))
    throw Error("", "the points of a map are not whole rows of finite numbers",
                "give [point, width]");
  const std::size_t n = points.size() / width;
  const std::vector<double> squared = squared_distances(points, width);
  if (n < 4 || std::all_of(squared.begin(), squared.end(), [](double d) { return d == 0; }))
    return PlanePoints(n, {0, 0});
  const double perplexity = std::min(options.perplexity, static_cast<double>(n - 1) / 3);
  TsneObjective objective(tsne_affinities(squared, n, perplexity), n);
  PlanePoints plane = starting_places(points, width, options.seed);
  Descent descent(n);
  for (int i = 0; i < options.iterations; ++i) {
    // A step of rate 1 / (4 * exaggeration * affinities of a point) does not overshoot.
    const double exaggeration = i < kEarly ? kExaggeration : 1;
    const double rate = static_cast<double>(n) / (4 * exaggeration);
    descent.step(plane, objective.gradient(plane, exaggeration), rate, i < kEarly ? 0.5 : 0.8);
  }
  return plane;
}

}  // namespace liteheart
