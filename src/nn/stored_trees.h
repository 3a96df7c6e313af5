// Tensors of a model file by their names, and boosted trees among them.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <string>

#include "measured/boosted_trees.h"
#include "nn/model_card.h"
#include "nn/weights.h"

namespace liteheart {

using TensorsByName = std::map<std::string, at::Tensor>;

/// The tensor of that name and shape. Throws Error naming it.
const at::Tensor& require_tensor(const TensorsByName& tensors, const std::string& name,
                                 at::IntArrayRef sizes, const std::string& place);

/// Adds trees.measurement and trees.threshold [tree, split] and trees.value [tree, leaf] of all
/// trees, trees.base and trees.count [share, class].
void store_trees(const BoostedTrees& trees, NamedTensors& into);

/// Throws Error (place, what is wrong) where they are not what `card` says or of other measurements
/// than this program's.
std::shared_ptr<const BoostedTrees> stored_trees(const TensorsByName& tensors,
                                                 const ModelCard& card, const std::string& place);

}  // namespace liteheart
