// Vectors of LITEHEART_LANES floats, of whatever instruction set the including file is compiled
// for; where that has none so long, the compiler takes several.
#pragma once

#include <cstddef>
#include <cstring>

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

}  // namespace
}  // namespace liteheart::edge
