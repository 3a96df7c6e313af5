// A trained model as the file that edge/ runs: batch norms, scales and shifts folded into the
// convolutions, activations laid out in one arena.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "nn/model.h"

namespace liteheart {

/// The bytes of the .lhm file (edge/model.fbs) of `model`, whose outputs it gives to rounding.
std::vector<std::uint8_t> edge_bytes(const Model& model);
/// Writes them, whole or not at all. Throws Error.
void export_edge(const Model& model, const std::filesystem::path& file);

}  // namespace liteheart
