// The convolutions of kernels.h by Toom-Cook's F(3, 3), in vectors of floats: three outputs of
// three taps are the values of two polynomials' product, found at the points 0, 1, -1, 2 and
// infinity. A group of three taps further sees the inputs that the next three outputs see, so that
// each input is transformed once. At infinity a polynomial is its last tap: where that is not there
// there is nothing to multiply. Include it once a path.
//
// Source: Winograd, Arithmetic Complexity of Computations (1980); the points are the usual ones.
#pragma once

#include "edge/gemm.h"

namespace liteheart::edge {
namespace {

/// points[p][tile][channel] of `tiles` times three rows; in: the first of them.
inline void toom_points(const float* in, std::size_t tiles, std::size_t channels, float* points) {
  const std::size_t plane = tiles * channels;
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    const float* from = in + tile * kToomOutputs * channels;
    float* to = points + tile * channels;
    for (std::size_t c = 0; c < channels; c += kLanes, from += kLanes, to += kLanes) {
      const Vector x0 = load(from), x1 = load(from + channels), x2 = load(from + 2 * channels),
                   x3 = load(from + 3 * channels), x4 = load(from + 4 * channels);
      const Vector twice = x1 + x1;
      store(to, (x0 - x2) + (x0 - x1) + (x3 - x2));
      store(to + plane, (x3 - x2) - twice);
      store(to + 2 * plane, (x3 + twice) - splat(3) * x2);
      store(to + 3 * plane, x3 - x1);
      store(to + 4 * plane, (x4 - x2) + (twice - x3) - x3);
    }
  }
}

/// Rows of the output from products[p][tile][column], from row t on.
inline void toom_outputs(const ToomCook& c, const float* products, std::size_t tiles,
                         std::size_t t) {
  const std::size_t plane = tiles * c.columns;
  for (std::size_t tile = 0; tile < tiles; ++tile, t += kToomOutputs) {
    const float* from = products + tile * c.columns;
    for (std::size_t column = 0; column < c.columns; column += kLanes, from += kLanes) {
      const Vector m0 = load(from), m1 = load(from + plane), m2 = load(from + 2 * plane),
                   m3 = load(from + 3 * plane), m4 = load(from + 4 * plane);
      const Vector sum = m1 + m2, twice = m3 + m3;
      const Vector outputs[kToomOutputs] = {m0 + sum + m3, (m1 - m2) + twice,
                                            sum + (twice + twice) + m4};
      for (std::size_t r = 0; r < kToomOutputs && t + r < c.rows; ++r) {
        const std::size_t at = (t + r) * c.columns + column;
        Vector y = outputs[r];
        if (c.leaky) y = y > 0 ? y : y * splat(kLeakySlope);
        if (c.add != nullptr) y += load(c.add + at);
        store(c.out + at, y);
      }
    }
  }
}

template <int Rows, int Vectors>
void toom_cook(const ToomCook& c) {
  const std::size_t all = (c.rows + kToomOutputs - 1) / kToomOutputs, depth = c.groups * c.channels;
  float* points = c.scratch;
  float* products = points + kToomPoints * (kToomTiles + c.groups - 1) * c.channels;
  float* zeros = products + kToomPoints * kToomTiles * c.columns;
  std::memset(zeros, 0, c.columns * sizeof(float));
  for (std::size_t first = 0; first < all; first += kToomTiles) {
    const std::size_t tiles = all - first < kToomTiles ? all - first : kToomTiles,
                      inputs = tiles + c.groups - 1;
    toom_points(c.in + first * kToomOutputs * c.channels, inputs, c.channels, points);
    for (std::size_t p = 0; p < kToomPoints; ++p) {
      // What stands at the point 1 is part of each output once: so the bias goes there.
      gemm<Rows, Vectors>({points + p * inputs * c.channels, c.weight + p * depth * c.columns,
                           p == 1 ? c.bias : zeros, nullptr, products + p * tiles * c.columns,
                           tiles, c.columns, p + 1 < kToomPoints ? depth : c.end_depth, c.channels,
                           false});
    }
    toom_outputs(c, products, tiles, first * kToomOutputs);
  }
}

}  // namespace
}  // namespace liteheart::edge
