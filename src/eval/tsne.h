// Exact t-SNE (van der Maaten & Hinton 2008): points of many dimensions placed on a plane so that
// near ones stay near. For some hundred points: time and memory grow with their square.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace liteheart {

struct TsneOptions {
  double perplexity = 30;  // at most a third of the other points
  int iterations = 750;
  std::uint64_t seed = 1;  // of the tiny noise that parts points which start at one place
};

using PlanePoints = std::vector<std::array<double, 2>>;

/// points: [point, width], finite; distances are Euclidean, so dimensions of different units are to
/// be scaled before. Starts from the two widest principal axes and is centred on the origin. The
/// same input gives the same picture. Fewer than four points, or ones that are all the same, stay
/// at the origin. Throws Error where the sizes do not fit or a number is not finite.
PlanePoints tsne(std::span<const float> points, std::size_t width, const TsneOptions& options);

// Its parts:

/// [point, point]: p_ij = (p_j|i + p_i|j) / 2n of Gaussians whose entropy is log(perplexity) nats.
/// squared_distance: [point, point].
std::vector<double> tsne_affinities(std::span<const double> squared_distance, std::size_t n,
                                    double perplexity);

/// The places along the two widest principal axes.
PlanePoints principal_plane(std::span<const float> points, std::size_t width);

/// Kullback-Leibler divergence of the affinities from those of a plane, by Student's t.
class TsneObjective {
 public:
  /// affinities: [point, point], symmetric, of sum 1.
  explicit TsneObjective(std::vector<double> affinities, std::size_t points);
  double value(const PlanePoints& plane);
  /// Of value(), with the affinities taken times `exaggeration`.
  PlanePoints gradient(const PlanePoints& plane, double exaggeration = 1);

 private:
  void look_at(const PlanePoints& plane);

  std::size_t points_;
  std::vector<double> affinities_, kernel_;  // kernel_: (1 + squared distance)^-1, j < i
  double sum_ = 0;                           // of the kernel over all ordered pairs
};

}  // namespace liteheart
