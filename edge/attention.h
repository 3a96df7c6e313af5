// Attention, a query in each lane. Include it once a path. Compiled without fusing products and
// sums it gives the same bits on every processor.
#pragma once

#include <initializer_list>

#include "edge/kernels.h"
#include "edge/quantize.h"
#include "edge/vectors.h"

namespace liteheart::edge {
namespace {

/// exp to about 2e-7 of its value, for x from -87 to 0 (below: as at -87).
inline Vector exponential(Vector x) {
  x = x > -87.0F ? x : splat(-87.0F);
  // x = n ln 2 + r, |r| <= ln 2 / 2: adding and taking off kRoundToWhole rounds.
  const Vector shifted = x * splat(1.44269504F) + splat(kRoundToWhole);
  const Vector n = shifted - splat(kRoundToWhole);
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

/// A head for kLanes queries from row `first` on, one in each lane.
inline void attend(const Head& h, std::size_t first) {
  const std::size_t queries = h.time - first < kLanes ? h.time - first : kLanes,
                    seen = h.causal ? first + queries : h.time;
  float* query = h.scratch;                  // [width][lane]
  float* weight = query + h.width * kLanes;  // [key][lane]
  Integers row;
  for (int i = 0; i < kLanes; ++i) {
    row[i] = static_cast<int>(first) + i;
    const std::size_t t = first + (static_cast<std::size_t>(i) < queries ? i : 0);
    for (std::size_t d = 0; d < h.width; ++d)
      query[d * kLanes + i] = h.query[t * h.in_step + d] * h.scale;
  }
  // In the causal form a key from behind the row counts as far below every other.
  const auto hidden = [&](std::size_t j) { return h.causal && j >= first; };
  Vector highest = splat(-3e38F);
  for (std::size_t j = 0; j < seen; ++j) {
    Vector score = {};
    for (std::size_t d = 0; d < h.width; ++d)
      score += load(query + d * kLanes) * splat(h.key[j * h.in_step + d]);
    store(weight + j * kLanes, score);
    if (hidden(j)) score = row >= static_cast<int>(j) ? score : splat(-3e38F);
    highest = score > highest ? score : highest;
  }
  Vector total = {};
  for (std::size_t j = 0; j < seen; ++j) {
    Vector e = exponential(load(weight + j * kLanes) - highest);
    if (hidden(j)) e = row >= static_cast<int>(j) ? e : Vector{};
    store(weight + j * kLanes, e);
    total += e;
  }
  const Vector norm = splat(1) / total;
  for (std::size_t d = 0; d < h.width; ++d) {
    Vector y = {};
    for (std::size_t j = 0; j < seen; ++j)
      y += load(weight + j * kLanes) * splat(h.value[j * h.in_step + d]);
    y *= norm;
    for (std::size_t i = 0; i < queries; ++i) h.out[(first + i) * h.out_step + d] = y[i];
  }
}

void attention(const Head& h) {
  for (std::size_t first = 0; first < h.time; first += kLanes) attend(h, first);
}

}  // namespace
}  // namespace liteheart::edge
