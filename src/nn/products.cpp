#include "nn/products.h"

#include <algorithm>

#include "edge/kernels.h"

namespace liteheart {
namespace {

std::ptrdiff_t floor_of(std::ptrdiff_t a, std::ptrdiff_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

}  // namespace

bool toom_cook_saves(const Taps& t) {
  const std::size_t groups = edge::toom_cook_groups(t.taps, t.stride);
  return edge::kToomPoints * groups * t.stride * 5 < edge::kToomOutputs * t.taps * 4 &&
         t.stride * t.channels % edge::kColumnMultiple == 0;
}

std::vector<float> toom_cook_weights(std::vector<float> weight, const Taps& t,
                                     std::size_t columns) {
  // Three taps, a polynomial, at each point; over what the input's transform lacks.
  constexpr double kAt[edge::kToomPoints][3] = {{1.0 / 2, 0, 0},
                                                {-1.0 / 2, -1.0 / 2, -1.0 / 2},
                                                {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                                {1.0 / 6, 1.0 / 3, 2.0 / 3},
                                                {0, 0, 1}};
  const std::size_t groups = edge::toom_cook_groups(t.taps, t.stride);
  // With as many taps of 0 behind as the groups have room for.
  const std::size_t unit = t.stride * t.channels * columns;
  weight.resize(3 * groups * unit);
  std::vector<float> points;
  points.reserve(edge::kToomPoints * groups * unit);
  for (const auto& at : kAt) {
    for (std::size_t g = 0; g < groups; ++g) {
      for (std::size_t i = 0; i < unit; ++i) {
        double sum = 0;
        for (std::size_t k = 0; k < 3; ++k)
          sum += at[k] * static_cast<double>(weight[(3 * g + k) * unit + i]);
        points.push_back(static_cast<float>(sum));
      }
    }
  }
  return points;
}

std::vector<float> in_panels(const std::vector<float>& weight, std::size_t blocks,
                             std::size_t columns) {
  std::vector<float> panels(weight.size());
  if (weight.empty()) return panels;
  const std::size_t block = weight.size() / blocks, depth = block / columns;
  for (std::size_t b = 0; b < blocks; ++b) {
    for (std::size_t k = 0; k < depth; ++k) {
      for (std::size_t c = 0; c < columns; ++c)
        panels[b * block + edge::weight_at(depth, columns, k, c)] =
            weight[b * block + k * columns + c];
    }
  }
  return panels;
}

Transpose::Transpose(const Taps& conv, std::size_t in_time, std::size_t conv_columns) : of(conv) {
  const auto s = static_cast<std::ptrdiff_t>(conv.stride),
             p = static_cast<std::ptrdiff_t>(conv.padding);
  first = -floor_of(static_cast<std::ptrdiff_t>(conv.taps) - 1 - p, s);
  taps = static_cast<std::size_t>(std::max<std::ptrdiff_t>(floor_of(s - 1 + p, s) - first + 1, 0));
  rows = (in_time + conv.stride - 1) / conv.stride;
  columns = (conv.stride * conv.channels + edge::kColumnMultiple - 1) / edge::kColumnMultiple *
            edge::kColumnMultiple;
  out_columns = conv_columns;
}

}  // namespace liteheart
