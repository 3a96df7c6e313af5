// A convolution over time, and its transpose, as the products of edge/kernels.h, which work on
// [time][channel].
#pragma once

#include <cstddef>
#include <vector>

namespace liteheart {

/// What a convolution reads: its weights are [tap x channel][column].
struct Taps {
  std::size_t taps, stride, padding, channels;
};

/// Whether Toom-Cook (edge/toom_cook.h) takes fewer products, more than its sums cost.
bool toom_cook_saves(const Taps& t);
/// Weights [tap x channel][column] as Toom-Cook takes them: a matrix of [depth][column] for each
/// point, before they are put in panels.
std::vector<float> toom_cook_weights(std::vector<float> weight, const Taps& t, std::size_t columns);
/// Those matrices' depths.
std::vector<std::size_t> toom_cook_depths(const Taps& t);
/// Matrices of [depth][columns], each in panels; without depths it is one.
std::vector<float> in_panels(const std::vector<float>& weight, std::size_t columns,
                             const std::vector<std::size_t>& depths = {});

/// Where the gradient of a convolution's input comes from: `stride` rows of the input are one row
/// of a convolution of the output's gradient, with the taps turned around.
struct Transpose {
  /// columns: of the convolution's output.
  Transpose(const Taps& conv, std::size_t in_time, std::size_t columns);
  std::size_t depth() const { return taps * out_columns; }
  /// at(k, column): the convolution's weight, [tap x channel][column]. Gives the product's,
  /// [tap x column][row of the stride x channel], not in panels.
  template <class At>
  std::vector<float> turned(const At& at) const {
    std::vector<float> weight(depth() * columns);
    for (std::size_t d = 0; d < taps; ++d) {
      for (std::size_t r = 0; r < of.stride; ++r) {
        // Row q * stride + r of the input is read by row q + first + d of the output with this tap.
        const auto tap =
            static_cast<std::ptrdiff_t>(r + of.padding) -
            (first + static_cast<std::ptrdiff_t>(d)) * static_cast<std::ptrdiff_t>(of.stride);
        if (tap < 0 || tap >= static_cast<std::ptrdiff_t>(of.taps)) continue;
        for (std::size_t c = 0; c < out_columns; ++c) {
          float* to = weight.data() + (d * out_columns + c) * columns + r * of.channels;
          for (std::size_t i = 0; i < of.channels; ++i)
            to[i] = at(static_cast<std::size_t>(tap) * of.channels + i, c);
        }
      }
    }
    return weight;
  }

  Taps of;
  std::ptrdiff_t first;  // row of the output that row 0 begins to read
  std::size_t taps, rows;
  std::size_t columns, out_columns;  // of the product, rounded up; of the output
};

}  // namespace liteheart
