// Records of a prepared data set as a model is given them.
#pragma once

#include <span>
#include <vector>

#include "data/dataset.h"
#include "nn/model_card.h"

namespace liteheart {

/// [record, lead, time] of the model's leads. Throws Error if the model was conditioned otherwise.
std::vector<float> model_windows(const ModelCard& card, const PreparedDataset& data,
                                 std::span<const std::size_t> records);

/// At most `count` of `records`, spread evenly.
std::vector<std::size_t> spread(std::span<const std::size_t> records, std::size_t count);

}  // namespace liteheart
