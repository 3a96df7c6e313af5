// The kernels of kernels.h in vectors of LITEHEART_LANES floats, of whatever instruction set the
// including file is compiled for. Include it once a path.
#pragma once

#include <cstddef>
#include <cstring>
#include <initializer_list>

#include "edge/kernels.h"

namespace liteheart::edge {
namespace {

constexpr int kLanes = LITEHEART_LANES;
using Vector = float __attribute__((vector_size(kLanes * sizeof(float))));
using Integers = int __attribute__((vector_size(kLanes * sizeof(int))));

inline Vector splat(float x) { return x - Vector{}; }

inline Vector load(const float* from) {
  Vector v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

inline void store(float* to, Vector v) { std::memcpy(to, &v, sizeof v); }

/// out[Rows][Vectors * kLanes] of `g`, from row t and column c on.
template <int Rows, int Vectors>
inline void tile(const Gemm& g, std::size_t t, std::size_t c) {
  Vector sum[Rows][Vectors];
  for (int v = 0; v < Vectors; ++v) {
    const Vector bias = load(g.bias + c + v * kLanes);
    for (int r = 0; r < Rows; ++r) sum[r][v] = bias;
  }
  const float* in = g.in + t * g.in_step;
  const float* weight = g.weight + c;
  for (std::size_t k = 0; k < g.depth; ++k, weight += g.columns) {
    Vector w[Vectors];
    for (int v = 0; v < Vectors; ++v) w[v] = load(weight + v * kLanes);
    for (int r = 0; r < Rows; ++r) {
      const Vector x = splat(in[static_cast<std::size_t>(r) * g.in_step + k]);
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

template <int Rows, int Vectors>
inline void rows(const Gemm& g, std::size_t c) {
  std::size_t t = 0;
  for (; t + Rows <= g.rows; t += Rows) tile<Rows, Vectors>(g, t, c);
  for (; t < g.rows; ++t) tile<1, Vectors>(g, t, c);
}

/// Columns are a multiple of kColumnMultiple.
template <int Rows, int Vectors>
void gemm(const Gemm& g) {
  constexpr std::size_t kWide = kLanes * Vectors;
  std::size_t c = 0;
  for (; c + kWide <= g.columns; c += kWide) rows<Rows, Vectors>(g, c);
  for (; c < g.columns; c += kColumnMultiple)
    rows<Rows, static_cast<int>(kColumnMultiple) / kLanes>(g, c);
}

/// exp to about 2e-7 of its value, for x from -87 to 0 (below: as at -87).
inline Vector exponential(Vector x) {
  x = x > -87.0F ? x : splat(-87.0F);
  // x = n ln 2 + r, |r| <= ln 2 / 2: adding and taking off 1.5 * 2^23 rounds to the nearest whole.
  const Vector shifted = x * splat(1.44269504F) + splat(12582912.0F);
  const Vector n = shifted - splat(12582912.0F);
  const Vector r = (x - n * splat(0.693145752F)) - n * splat(1.42860677e-6F);
  // Taylor to the sixth power: its remainder on this interval is below 1.2e-7.
  Vector p = splat(1.0F / 720);
  for (const float factor : {1.0F / 120, 1.0F / 24, 1.0F / 6, 0.5F, 1.0F, 1.0F})
    p = p * r + splat(factor);
  const Integers power = __builtin_convertvector(n, Integers) + 127;
  const Integers bits = power << 23;
  Vector scale;
  std::memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

inline float sum_of(Vector v) {
  float s = 0;
  for (int i = 0; i < kLanes; ++i) s += v[i];
  return s;
}

/// One head. Keys and values are turned to [width][padded time] first, so that lanes run over time.
void attention(const Head& h) {
  const std::size_t padded = (h.time + kColumnMultiple - 1) / kColumnMultiple * kColumnMultiple;
  float *keys = h.scratch, *values = keys + h.width * padded, *weight = values + h.width * padded;
  std::memset(h.scratch, 0, 2 * h.width * padded * sizeof(float));
  for (std::size_t t = 0; t < h.time; ++t) {
    for (std::size_t d = 0; d < h.width; ++d) {
      keys[d * padded + t] = h.key[t * h.in_step + d];
      values[d * padded + t] = h.value[t * h.in_step + d];
    }
  }
  for (std::size_t t = 0; t < h.time; ++t) {
    const std::size_t seen = h.causal ? t + 1 : h.time;
    const std::size_t covered = (seen + kLanes - 1) / kLanes * kLanes;
    float highest = -3e38F;
    for (std::size_t j = 0; j < covered; j += kLanes) {
      Vector score = {};
      for (std::size_t d = 0; d < h.width; ++d) {
        score += splat(h.query[t * h.in_step + d] * h.scale) * load(keys + d * padded + j);
      }
      store(weight + j, score);
      for (std::size_t i = 0; i < kLanes && j + i < seen; ++i)
        highest = weight[j + i] > highest ? weight[j + i] : highest;
    }
    Vector total = {};
    for (std::size_t j = 0; j < covered; j += kLanes) {
      Vector e = exponential(load(weight + j) - splat(highest));
      for (std::size_t i = 0; i < kLanes; ++i) {
        if (j + i >= seen) e[i] = 0;
      }
      store(weight + j, e);
      total += e;
    }
    const float norm = 1 / sum_of(total);
    for (std::size_t d = 0; d < h.width; ++d) {
      Vector y = {};
      for (std::size_t j = 0; j < covered; j += kLanes) {
        y += load(weight + j) * load(values + d * padded + j);
      }
      h.out[t * h.out_step + d] = sum_of(y) * norm;
    }
  }
}

}  // namespace
}  // namespace liteheart::edge
