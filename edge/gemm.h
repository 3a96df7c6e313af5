// The products of kernels.h in vectors of floats. Include it once a path.
#pragma once

#include "edge/kernels.h"
#include "edge/vectors.h"

namespace liteheart::edge {
namespace {

/// Weights are called for so many rows ahead, over the end of a page, where a processor's own
/// prefetching stops. Base networks take 12 % less time with AVX-512, tiny ones the same.
constexpr std::size_t kAhead = 24;

/// out[Rows][Vectors * kLanes] of `g`, from row t and column c on.
template <int Rows, int Vectors>
inline void tile(const Gemm& g, std::size_t t, std::size_t c) {
  Vector sum[Rows][Vectors];
  for (int v = 0; v < Vectors; ++v) {
    const Vector bias = load(g.bias + c + v * kLanes);
    for (int r = 0; r < Rows; ++r) sum[r][v] = bias;
  }
  const float* in[Rows];  // of each row a pointer that moves on, which is less to reckon
  for (int r = 0; r < Rows; ++r) in[r] = g.in + (t + static_cast<std::size_t>(r)) * g.in_step;
  const float* weight = g.weight + weight_at(g.depth, g.columns, 0, c);
  const std::size_t next =
      weight_at(g.depth, g.columns, 1, c) - weight_at(g.depth, g.columns, 0, c);
  for (std::size_t k = 0; k < g.depth; ++k, weight += next) {
    Vector w[Vectors];
    for (int v = 0; v < Vectors; ++v) w[v] = load(weight + v * kLanes);
    if constexpr (kLanes == 16) {  // weights of large networks come from afar
      for (int v = 0; v < Vectors; ++v) __builtin_prefetch(weight + kAhead * next + v * kLanes);
    }
    for (int r = 0; r < Rows; ++r) {
      const Vector x = splat(*in[r]++);
      for (int v = 0; v < Vectors; ++v) sum[r][v] += x * w[v];
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < Vectors; ++v) {
      const std::size_t at = (t + static_cast<std::size_t>(r)) * g.columns + c + v * kLanes;
      Vector y = sum[r][v];
      if (g.leaky) y = y > 0 ? y : y * splat(kLeakySlope);
      if (g.add != nullptr) y += load(g.add + at);
      store(g.out + at, y);
    }
  }
}

/// A tile of `count` rows, of 1 to Rows. Not inlined, for a small library.
template <int Rows, int Vectors>
__attribute__((noinline)) void tile_of(const Gemm& g, std::size_t t, std::size_t c,
                                       std::size_t count) {
  if (count == Rows) return tile<Rows, Vectors>(g, t, c);
  if constexpr (Rows > 1) tile_of<Rows - 1, Vectors>(g, t, c, count);
}

template <int Rows, int Vectors>
inline void rows(const Gemm& g, std::size_t t, std::size_t c) {
  if constexpr (Vectors == 2) {  // with four, half a tile still has sums enough to be busy
    // A tile of few rows would wait for its few sums: what is left goes to one, or two alike.
    for (; t + 2 * Rows <= g.rows; t += Rows) tile<Rows, Vectors>(g, t, c);
    const std::size_t left = g.rows - t, first = left > Rows ? (left + 1) / 2 : left;
    if (first > 0) tile_of<Rows, Vectors>(g, t, c, first);
    if (left > first) tile_of<Rows, Vectors>(g, t + first, c, left - first);
  } else {
    for (; t + Rows <= g.rows; t += Rows) tile<Rows, Vectors>(g, t, c);
    if constexpr (Rows > 1) rows<Rows / 2, Vectors>(g, t, c);
  }
}

/// Columns are a multiple of kColumnMultiple.
template <int Rows, int Vectors>
void gemm(const Gemm& g) {
  constexpr std::size_t kWide = kLanes * Vectors;
  std::size_t c = 0;
  for (; c + kWide <= g.columns; c += kWide) rows<Rows, Vectors>(g, 0, c);
  if constexpr (kColumnMultiple % kWide != 0) {
    for (; c < g.columns; c += kColumnMultiple)
      rows<Rows, static_cast<int>(kColumnMultiple) / kLanes>(g, 0, c);
  }
}

}  // namespace
}  // namespace liteheart::edge
