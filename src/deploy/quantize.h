// Floats to bytes after training: activations of 8 bits with one scale each, weights with one for
// each column, learned from the windows that a model is shown.
#pragma once

#include <span>

#include "deploy/edge_graph.h"

namespace liteheart {

/// `graph`, as edge_graph makes it, with its products in bytes; layer norms, attention and their
/// surroundings stay floats. windows: [window, lead, time], as the model is given them; a few
/// hundred are enough. Each activation's range is the one that loses least, in the sum of squares,
/// on them. Throws Error if there is no window.
EdgeGraph quantize(const EdgeGraph& graph, const ModelCard& card, std::span<const float> windows);

}  // namespace liteheart
