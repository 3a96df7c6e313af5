// Attention, a query in each lane. Include it once a path. Compiled without fusing products and
// sums it gives the same bits on every processor.
#pragma once

#include <iterator>

#include "edge/kernels.h"
#include "edge/quantize.h"
#include "edge/vectors.h"

namespace liteheart::edge {
namespace {

/// As many powers of two are made side by side as registers hold: while one's steps wait for one
/// another, the others' go on.
constexpr std::size_t kTogether = kLanes / 4;

/// 2^x, each, by a polynomial of quantize.h, for x from kLowestPower to 0; above, as a hidden key
/// may lie, any number.
template <const auto& kPolynomial, std::size_t Count>
void powers_of_two(Vector (&x)[Count]) {
  Vector shifted[Count], p[Count];
  for (std::size_t k = 0; k < Count; ++k) {
    x[k] = larger(x[k], splat(kLowestPower));
    // x = n + r, |r| <= 0.5: adding and taking off kRoundToWhole rounds, and leaves n in the last
    // bits of the sum.
    shifted[k] = x[k] + splat(kRoundToWhole);
    x[k] -= shifted[k] - splat(kRoundToWhole);
    p[k] = splat(kPolynomial[0]);
  }
  for (std::size_t i = 1; i < std::size(kPolynomial); ++i) {
    for (std::size_t k = 0; k < Count; ++k) p[k] = p[k] * x[k] + splat(kPolynomial[i]);
  }
  for (std::size_t k = 0; k < Count; ++k) {
    Integers bits;
    std::memcpy(&bits, &shifted[k], sizeof bits);
    bits = (bits + 127) << 23;
    Vector scale;
    std::memcpy(&scale, &bits, sizeof scale);
    x[k] = p[k] * scale;
  }
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
  const std::size_t keys = s.keys, step = h.in_step;
  const float* key = h.key + d;
  for (std::size_t j = 0; j < keys; ++j, key += step) {
    float* at = s.weight + j * kLanes;
    Vector sum = q[0] * splat(key[0]);
    if (d != 0) sum += load(at);
    for (std::size_t c = 1; c < Columns; ++c) sum += q[c] * splat(key[c]);
    store(at, sum);
    if (!last) continue;
    if (s.hidden(j)) sum = s.row >= static_cast<int>(j) ? sum : splat(-3e38F);
    highest = larger(sum, highest);
  }
  s.highest = highest;
}

/// Powers of two in the place of Count scores, from key j on.
template <const auto& kPolynomial, std::size_t Count>
void raise(Seen& s, std::size_t j) {
  Vector e[Count];
  for (std::size_t k = 0; k < Count; ++k) e[k] = load(s.weight + (j + k) * kLanes) - s.highest;
  powers_of_two<kPolynomial>(e);
  Vector total = s.total;
  for (std::size_t k = 0; k < Count; ++k) {
    if (s.hidden(j + k)) e[k] = s.row >= static_cast<int>(j + k) ? e[k] : Vector{};
    store(s.weight + (j + k) * kLanes, e[k]);
    total += e[k];
  }
  s.total = total;
}

/// Columns d .. d + Columns - 1 of the queries' outputs.
template <std::size_t Columns>
void weigh(const Head& h, const Seen& s, std::size_t d) {
  const std::size_t keys = s.keys, step = h.in_step;
  Vector y[Columns] = {};
  const float* value = h.value + d;
  for (std::size_t j = 0; j < keys; ++j, value += step) {
    const Vector e = load(s.weight + j * kLanes);
    for (std::size_t c = 0; c < Columns; ++c) y[c] += e * splat(value[c]);
  }
  const Vector norm = splat(1) / s.total;
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
[[gnu::cold, gnu::noinline]] void weigh_one(const Head& h, const Seen& s, std::size_t d) {
  weigh<1>(h, s, d);
}

/// A head for kLanes queries from row `first` on, one in each lane.
template <const auto& kPolynomial>
void attend(const Head& h, std::size_t first) {
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
  std::size_t j = 0;
  for (; j + kTogether <= s.keys; j += kTogether) raise<kPolynomial, kTogether>(s, j);
  if constexpr (kTogether > 1) {
    for (; j < s.keys; ++j) raise<kPolynomial, 1>(s, j);
  }
  d = 0;
  for (; d + 4 <= h.width; d += 4) weigh<4>(h, s, d);
  for (; d < h.width; ++d) weigh_one(h, s, d);
}

template <const auto& kPolynomial>
void attention(const Head& h) {
  for (std::size_t first = 0; first < h.time; first += kLanes) attend<kPolynomial>(h, first);
}

}  // namespace
}  // namespace liteheart::edge
