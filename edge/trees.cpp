#include "edge/trees.h"

#include <cmath>
#include <cstdint>

#include "edge/half.h"
#include "edge/measure.h"
#include "edge/model_generated.h"

namespace liteheart::edge {
namespace {

using flatbuffers::uoffset_t;

constexpr uoffset_t kSplits = kTreeSplits, kLeaves = kTreeLeaves;
constexpr double kLongestSeconds = 120;  // beats are compared each with each

/// A half's place among halves.
int rank(std::uint16_t half) {
  const int size = half & 0x7FFF, negative = -(half >> 15);
  return (size ^ negative) - negative;
}

/// That of the least half that is not below x, which so is above another half where x is; below all
/// where x is unknown.
int rank_above(float x) {
  if (std::isnan(x)) return INT16_MIN;
  const std::uint16_t nearest = half_of_float(x);
  return rank(nearest) + (float_of_half(nearest) < x ? 1 : 0);
}

/// What the next tree says; moves on to the one behind it.
struct NextTree {
  explicit NextTree(const file::Trees& trees)
      : measurement(trees.measurement()->data()),
        threshold(trees.threshold()->data()),
        value(trees.value()->data()) {}

  float operator()(const std::int16_t* measured) {
    std::size_t node = 0;
    for (std::size_t depth = 0; depth < kTreeDepth; ++depth)
      node = 2 * node + 1 + (measured[measurement[node]] > rank(threshold[node]) ? 1 : 0);
    const float said = float_of_half(value[node - kSplits]);
    measurement += kSplits, threshold += kSplits, value += kLeaves;
    return said;
  }

  const std::uint8_t* measurement;
  const std::uint16_t *threshold, *value;
};

}  // namespace

bool check_trees(const file::Model& model) {
  const file::Trees& trees = *model.trees();
  const auto* base = trees.base();
  const auto* count = trees.count();
  if (trees.version() != kMeasurementsVersion || base == nullptr || count == nullptr ||
      trees.measurement() == nullptr || trees.threshold() == nullptr || trees.value() == nullptr)
    return false;
  if (!(trees.share() > 0 && trees.share() < 1) ||
      model.window() > kLongestSeconds * model.rate_hz() ||
      measure_memory(model.leads()->size(), model.window(), model.rate_hz()) == 0)
    return false;
  const uoffset_t classes = model.diagnoses()->size();
  if (base->size() != classes || count->size() != classes) return false;
  std::uint64_t all = 0;
  for (uoffset_t c = 0; c < classes; ++c) {
    if (!std::isfinite(base->Get(c)) || count->Get(c) > kMostTrees) return false;
    all += count->Get(c);
  }
  if (trees.measurement()->size() != all * kSplits || trees.threshold()->size() != all * kSplits ||
      trees.value()->size() != all * kLeaves)
    return false;
  for (const std::uint8_t m : *trees.measurement()) {
    if (m >= kMeasurements) return false;
  }
  for (const std::uint16_t t : *trees.threshold()) {
    if (std::isnan(float_of_half(t))) return false;
  }
  for (const std::uint16_t v : *trees.value()) {
    if (!std::isfinite(float_of_half(v))) return false;
  }
  return true;
}

void add_trees(const file::Trees& trees, const float* measured, float* logits) {
  std::int16_t ranks[kMeasurements];
  for (std::size_t i = 0; i < kMeasurements; ++i)
    ranks[i] = static_cast<std::int16_t>(rank_above(measured[i]));
  NextTree next(trees);
  for (uoffset_t c = 0; c < trees.base()->size(); ++c) {
    float logit = trees.base()->Get(c);
    for (std::uint16_t tree = 0; tree < trees.count()->Get(c); ++tree) logit += next(ranks);
    logits[c] += trees.share() * (logit - logits[c]);
  }
}

}  // namespace liteheart::edge
