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

float leaf(const file::Trees& trees, uoffset_t tree, const float* measured) {
  uoffset_t node = 0;
  for (uoffset_t depth = 0; depth < kTreeDepth; ++depth) {
    const uoffset_t split = tree * kSplits + node;
    const bool above =
        measured[trees.measurement()->Get(split)] > float_of_half(trees.threshold()->Get(split));
    node = 2 * node + (above ? 2 : 1);
  }
  return float_of_half(trees.value()->Get(tree * kLeaves + node - kSplits));
}

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
  for (const std::uint16_t v : *trees.value()) {
    if (!std::isfinite(float_of_half(v))) return false;
  }
  return true;
}

void add_trees(const file::Trees& trees, const float* measured, float* logits) {
  uoffset_t tree = 0;
  for (uoffset_t c = 0; c < trees.base()->size(); ++c) {
    float logit = trees.base()->Get(c);
    for (const uoffset_t end = tree + trees.count()->Get(c); tree < end; ++tree)
      logit += leaf(trees, tree, measured);
    logits[c] += trees.share() * (logit - logits[c]);
  }
}

}  // namespace liteheart::edge
