// A convolution of an edge model and its transpose, both as products of edge/kernels.h.
#pragma once

#include "explain/operation.h"
#include "nn/products.h"

namespace liteheart {

namespace edge::file {
struct Convolution;
struct Network;
}  // namespace edge::file

namespace explain {

/// A matrix in the panels that edge::Gemm wants.
struct Panels {
  Panels(std::size_t rows, std::size_t wide)
      : depth(rows), columns(wide), values(rows * wide, 0.0F) {}
  float& at(std::size_t k, std::size_t c);

  std::size_t depth, columns;
  std::vector<float> values;
};

class ConvolutionOperation : public Operation {
 public:
  ConvolutionOperation(const edge::file::Convolution& c, const edge::file::Network& network);
  /// Floats of its weights, both ways, and of what trace() works in.
  static std::size_t floats_needed(const edge::file::Convolution& c,
                                   const edge::file::Network& network);

  std::size_t kept() const override { return leaky_ ? rows_ * weight_.columns : 0; }
  void run(Tape& tape, float* kept) const override;
  void trace(Tape& tape, const float* kept) const override;

 private:
  int input_, output_, add_;
  std::size_t rows_, in_step_, before_;  // floats from one row's first to the next's; of padding
  bool leaky_;
  Panels weight_;  // [tap x channel in][channel out x phase]
  std::vector<float> bias_;
  Transpose transpose_;
  std::vector<float> turned_;  // in panels, [tap x channel out x phase][row of the stride x channel
                               // in, rounded up]
};

}  // namespace explain
}  // namespace liteheart
