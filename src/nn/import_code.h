// Import of the CODE-pre-trained tiny backbone and its kin from PyTorch.
#pragma once

#include <filesystem>

#include "nn/model.h"

namespace liteheart {

/// Reads a PyTorch state dict of the architecture's authors (names encoder_layers.*,
/// transformer_layers.*, classifier.*) into a model: 12 leads, paper-500 with per-lead z-scores,
/// attention causal if the dict's mask is. Six outputs are the CODE classes: first-degree AV block,
/// RBBB, LBBB, sinus bradycardia, AF, sinus tachycardia. Throws Error (file, tensor) if the dict is
/// of another architecture.
Model import_state_dict(const std::filesystem::path& file);

}  // namespace liteheart
