// A trained model as the file that edge/ runs: batch norms, scales and shifts folded into the
// convolutions, in floats or in bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "deploy/edge_graph.h"
#include "nn/model.h"

namespace liteheart {

/// The operations of `model`, in floats.
EdgeGraph edge_graph(const Model& model);
/// The bytes of the .lhm file (edge/model.fbs) of `model`, whose outputs it gives to rounding.
inline std::vector<std::uint8_t> edge_bytes(const Model& model) {
  return edge_bytes(with_fewer_products(edge_graph(model)), model.card);
}

}  // namespace liteheart
