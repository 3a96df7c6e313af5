// A model's trees, for what runs its networks or writes them into a file.
#pragma once

#include <span>
#include <string>

#include "nn/model.h"

namespace liteheart {

/// Throws Error where a model has trees that no device holds: a teacher's.
void require_trees_for_devices(const Model& model, const std::string& place = "model");
/// What runs where nothing is measured: the model without its trees, decided as its network is.
Model network_alone(const Model& model);
/// Adds to a network's logits, [window, class], what the model's trees, if it has some, make of
/// what is measured on the windows, [window, lead, time].
void add_trees(const Model& model, std::span<const float> windows, std::span<float> logits);

}  // namespace liteheart
