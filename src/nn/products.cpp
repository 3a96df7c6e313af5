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
  const std::size_t products =
      edge::toom_cook_weight_count(1, edge::toom_cook_groups(t.taps, t.stride) * t.stride,
                                   edge::toom_cook_thirds(t.taps, t.stride));
  return products * 5 < edge::kToomOutputs * t.taps * 4 &&
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
  // With as many taps of 0 behind as the groups have room for.
  const std::vector<std::size_t> depths = toom_cook_depths(t);
  const std::size_t unit = t.stride * t.channels;
  weight.resize(3 * depths.front() * columns);
  std::vector<float> points;
  points.reserve(edge::toom_cook_weight_count(columns, depths.front(), depths.back()));
  for (std::size_t p = 0; p < depths.size(); ++p) {
    for (std::size_t d = 0; d < depths[p]; ++d) {
      const float* taps = weight.data() + (d / unit * 3 * unit + d % unit) * columns;
      for (std::size_t c = 0; c < columns; ++c) {
        double sum = 0;
        for (std::size_t k = 0; k < 3; ++k)
          sum += kAt[p][k] * static_cast<double>(taps[k * unit * columns + c]);
        points.push_back(static_cast<float>(sum));
      }
    }
  }
  return points;
}

std::vector<std::size_t> toom_cook_depths(const Taps& t) {
  std::vector<std::size_t> depths(edge::kToomPoints,
                                  edge::toom_cook_groups(t.taps, t.stride) * t.stride * t.channels);
  depths.back() = edge::toom_cook_thirds(t.taps, t.stride) * t.channels;
  return depths;
}

std::vector<float> in_panels(const std::vector<float>& weight, std::size_t columns,
                             const std::vector<std::size_t>& depths) {
  if (weight.empty()) return {};
  if (depths.empty()) return in_panels(weight, columns, {weight.size() / columns});
  std::vector<float> panels(weight.size());
  std::size_t first = 0;
  for (const std::size_t depth : depths) {
    for (std::size_t k = 0; k < depth; ++k) {
      for (std::size_t c = 0; c < columns; ++c)
        panels[first + edge::weight_at(depth, columns, k, c)] = weight[first + k * columns + c];
    }
    first += depth * columns;
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
