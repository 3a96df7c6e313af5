// Attention, a query in each lane. Include it once a path. Compiled without fusing products and
// sums it gives the same bits on every processor.
#pragma once

#include <iterator>

#include "edge/kernels.h"
#include "edge/quantize.h"
#include "edge/vectors.h"

namespace liteheart::edge {
namespace {

/// 2^x to 2.4e-7 of its value, for x from kLowestPower to 0; above, as a hidden key may lie, any
/// number.
inline Vector power_of_two(Vector x) {
  x = larger(x, splat(kLowestPower));
  // x = n + r, |r| <= 0.5: adding and taking off kRoundToWhole rounds, and leaves n in the last
  // bits of the sum.
  const Vector shifted = x + splat(kRoundToWhole), r = x - (shifted - splat(kRoundToWhole));
  Vector p = splat(kPowerOfTwo[0]);
  for (std::size_t i = 1; i < std::size(kPowerOfTwo); ++i) p = p * r + splat(kPowerOfTwo[i]);
  Integers bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 127) << 23;
  Vector scale;
  std::memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

/// What the queries of one call see.
struct Seen {
  std::size_t first, queries, keys;
  Integers row;   // of the query in each lane
  float* weight;  // [key][lane]: scores, then powers of two
  Vector highest, total;
  bool causal;
  /// In the causal form a key from behind the row counts as far below every other.
  bool hidden(std::size_t key) const { return causal && key >= first; }
};

/// Columns d .. d + Columns - 1 of the queries' outputs. At first the weights are scores yet, of
/// which powers are made by the way: while one's sums wait, the other's go on.
template <std::size_t Columns>
void weigh(const Head& h, Seen& s, std::size_t d) {
  Vector y[Columns] = {};
  for (std::size_t j = 0; j < s.keys; ++j) {
    Vector e = load(s.weight + j * kLanes);
    if (d == 0) {
      e = power_of_two(e - s.highest);
      if (s.hidden(j)) e = s.row >= static_cast<int>(j) ? e : Vector{};
      store(s.weight + j * kLanes, e);
      s.total += e;
    }
    const float* value = h.value + j * h.in_step + d;
    for (std::size_t c = 0; c < Columns; ++c) y[c] += e * splat(value[c]);
  }
  const Vector norm = splat(1) / s.total;
  for (std::size_t c = 0; c < Columns; ++c) {
    y[c] *= norm;
    for (std::size_t i = 0; i < s.queries; ++i) h.out[(s.first + i) * h.out_step + d + c] = y[c][i];
  }
}

/// A head for kLanes queries from row `first` on, one in each lane.
inline void attend(const Head& h, std::size_t first) {
  Seen s;
  s.first = first;
  s.causal = h.causal;
  s.queries = h.time - first < kLanes ? h.time - first : kLanes;
  s.keys = h.causal ? first + s.queries : h.time;
  float* query = h.scratch;  // [width][lane]
  s.weight = query + h.width * kLanes;
  const float scale = h.scale * kLog2E;
  for (int i = 0; i < kLanes; ++i) {
    s.row[i] = static_cast<int>(first) + i;
    const std::size_t t = first + (static_cast<std::size_t>(i) < s.queries ? i : 0);
    for (std::size_t d = 0; d < h.width; ++d)
      query[d * kLanes + i] = h.query[t * h.in_step + d] * scale;
  }
  s.highest = splat(-3e38F);
  for (std::size_t j = 0; j < s.keys; ++j) {
    const float* key = h.key + j * h.in_step;
    Vector score = {};
    std::size_t d = 0;
    for (; d + 4 <= h.width; d += 4) {
      for (std::size_t c = d; c < d + 4; ++c) score += load(query + c * kLanes) * splat(key[c]);
    }
    for (; d < h.width; ++d) score += load(query + d * kLanes) * splat(key[d]);
    store(s.weight + j * kLanes, score);
    if (s.hidden(j)) score = s.row >= static_cast<int>(j) ? score : splat(-3e38F);
    s.highest = larger(score, s.highest);
  }
  s.total = Vector{};
  std::size_t d = 0;
  for (; d + 4 <= h.width; d += 4) weigh<4>(h, s, d);
  for (; d < h.width; ++d) weigh<1>(h, s, d);
}

void attention(const Head& h) {
  for (std::size_t first = 0; first < h.time; first += kLanes) attend(h, first);
}

}  // namespace
}  // namespace liteheart::edge
