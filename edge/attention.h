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

/// Adds to the scores what columns d .. d + Columns - 1 of queries and keys give; with the last,
/// the highest is known.
template <std::size_t Columns>
void score(const Head& h, Seen& s, const float* query, std::size_t d) {
  Vector q[Columns], highest = s.highest;
  for (std::size_t c = 0; c < Columns; ++c) q[c] = load(query + (d + c) * kLanes);
  const bool last = d + Columns == h.width;
  const float* key = h.key + d;
  for (std::size_t j = 0; j < s.keys; ++j, key += h.in_step) {
    float* at = s.weight + j * kLanes;
    Vector sum = d == 0 ? Vector{} : load(at);
    for (std::size_t c = 0; c < Columns; ++c) sum += q[c] * splat(key[c]);
    store(at, sum);
    if (!last) continue;
    if (s.hidden(j)) sum = s.row >= static_cast<int>(j) ? sum : splat(-3e38F);
    highest = larger(sum, highest);
  }
  s.highest = highest;
}

/// Columns d .. d + Columns - 1 of the queries' outputs. At first the weights are scores yet, of
/// which powers are made by the way: while one's sums wait, the other's go on.
template <std::size_t Columns>
void weigh(const Head& h, Seen& s, std::size_t d) {
  // Here, since what is written to memory might be any of `s`.
  const Vector highest = s.highest;
  Vector total = s.total, y[Columns] = {};
  const float* value = h.value + d;
  for (std::size_t j = 0; j < s.keys; ++j, value += h.in_step) {
    Vector e = load(s.weight + j * kLanes);
    if (d == 0) {
      e = power_of_two(e - highest);
      if (s.hidden(j)) e = s.row >= static_cast<int>(j) ? e : Vector{};
      store(s.weight + j * kLanes, e);
      total += e;
    }
    for (std::size_t c = 0; c < Columns; ++c) y[c] += e * splat(value[c]);
  }
  s.total = total;
  const Vector norm = splat(1) / total;
  for (std::size_t c = 0; c < Columns; ++c) {
    y[c] *= norm;
    for (std::size_t i = 0; i < s.queries; ++i) h.out[(s.first + i) * h.out_step + d + c] = y[c][i];
  }
}

// For columns beyond a multiple of four, which no preset has: small, not fast.
[[gnu::cold, gnu::noinline]] void score_one(const Head& h, Seen& s, const float* query,
                                            std::size_t d) {
  score<1>(h, s, query, d);
}
[[gnu::cold, gnu::noinline]] void weigh_one(const Head& h, Seen& s, std::size_t d) {
  weigh<1>(h, s, d);
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
  std::size_t d = 0;
  for (; d + 4 <= h.width; d += 4) score<4>(h, s, query, d);
  for (; d < h.width; ++d) score_one(h, s, query, d);
  s.total = Vector{};
  d = 0;
  for (; d + 4 <= h.width; d += 4) weigh<4>(h, s, d);
  for (; d < h.width; ++d) weigh_one(h, s, d);
}

void attention(const Head& h) {
  for (std::size_t first = 0; first < h.time; first += kLanes) attend(h, first);
}

}  // namespace
}  // namespace liteheart::edge
