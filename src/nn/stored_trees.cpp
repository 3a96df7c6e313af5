#include "nn/stored_trees.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <stdexcept>

#include "ecg/error.h"
#include "measured/measurements.h"

namespace liteheart {

const at::Tensor& require_tensor(const TensorsByName& tensors, const std::string& name,
                                 at::IntArrayRef sizes, const std::string& place) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) {
    throw Error(place, "has no tensor '" + name + "'", "it was written for another architecture");
  }
  if (found->second.sizes() != sizes) {
    throw Error(place, "tensor '" + name + "' has another shape than the model card says",
                "the file is damaged or was edited");
  }
  return found->second;
}

void store_trees(const BoostedTrees& trees, NamedTensors& into) {
  constexpr auto kSplits = static_cast<std::int64_t>(BoostedTree::kSplits),
                 kLeaves = static_cast<std::int64_t>(BoostedTree::kLeaves);
  const auto count = static_cast<std::int64_t>(trees.trees().size());
  const auto shares = static_cast<std::int64_t>(trees.shares());
  const at::Tensor measurement = at::empty({count, kSplits}, at::kInt),
                   threshold = at::empty({count, kSplits}), value = at::empty({count, kLeaves});
  for (std::int64_t i = 0; i < count; ++i) {
    const BoostedTree& tree = trees.trees()[static_cast<std::size_t>(i)];
    std::ranges::copy(tree.measurement, measurement.data_ptr<std::int32_t>() + i * kSplits);
    std::ranges::copy(tree.threshold, threshold.data_ptr<float>() + i * kSplits);
    std::ranges::copy(tree.value, value.data_ptr<float>() + i * kLeaves);
  }
  into.emplace_back("trees.base", at::tensor(trees.base()).reshape({shares, -1}));
  into.emplace_back("trees.count", at::tensor(trees.count(), at::kInt).reshape({shares, -1}));
  into.emplace_back("trees.measurement", measurement);
  into.emplace_back("trees.threshold", threshold);
  into.emplace_back("trees.value", value);
}

std::shared_ptr<const BoostedTrees> stored_trees(const TensorsByName& tensors,
                                                 const ModelCard& card, const std::string& place) {
  if (card.trees->measured != kMeasurementsVersion) {
    throw Error(place, "its trees are of other measurements than this program's",
                "use the liteheart that wrote it, or train the model again");
  }
  constexpr auto kSplits = static_cast<std::int64_t>(BoostedTree::kSplits),
                 kLeaves = static_cast<std::int64_t>(BoostedTree::kLeaves);
  const auto get = [&](const char* name, at::IntArrayRef sizes, at::ScalarType type) {
    const at::Tensor& found = require_tensor(tensors, name, sizes, place);
    if (found.scalar_type() != type)
      throw Error(place, std::string("tensor '") + name + "' is of another kind of number",
                  "the file is damaged or was edited");
    return found;
  };
  const auto at_thresholds = tensors.find("trees.threshold");
  const std::int64_t count = at_thresholds == tensors.end() || at_thresholds->second.dim() == 0
                                 ? 0
                                 : at_thresholds->second.size(0);
  const auto at_base = tensors.find("trees.base");
  const std::int64_t shares =
      at_base != tensors.end() && at_base->second.dim() == 2 && at_base->second.size(0) == 1
          ? 1
          : static_cast<std::int64_t>(BoostedTrees::kShares);
  const std::int64_t sums[] = {shares, card.backbone.classes};
  const at::Tensor threshold = get("trees.threshold", {count, kSplits}, at::kFloat),
                   measurement = get("trees.measurement", {count, kSplits}, at::kInt),
                   value = get("trees.value", {count, kLeaves}, at::kFloat),
                   base = get("trees.base", sums, at::kFloat),
                   counts = get("trees.count", sums, at::kInt);
  std::vector<BoostedTree> trees(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    BoostedTree& tree = trees[static_cast<std::size_t>(i)];
    std::copy_n(measurement.data_ptr<std::int32_t>() + i * kSplits, kSplits, tree.measurement);
    std::copy_n(threshold.data_ptr<float>() + i * kSplits, kSplits, tree.threshold);
    std::copy_n(value.data_ptr<float>() + i * kLeaves, kLeaves, tree.value);
  }
  try {
    return std::make_shared<const BoostedTrees>(
        kMeasurements, static_cast<std::size_t>(shares),
        std::vector(base.data_ptr<float>(), base.data_ptr<float>() + base.numel()),
        std::vector(counts.data_ptr<std::int32_t>(),
                    counts.data_ptr<std::int32_t>() + counts.numel()),
        std::move(trees));
  } catch (const std::invalid_argument& e) {
    throw Error(place, e.what(), "the file is damaged: copy it again");
  }
}

}  // namespace liteheart
