// Records of a prepared data set as a model is given them.
#pragma once

#include <span>
#include <vector>

#include "data/dataset.h"
#include "eval/report.h"
#include "nn/model_card.h"

namespace liteheart {

/// [record, lead, time] of the model's leads. Throws Error if the model was conditioned otherwise.
std::vector<float> model_windows(const ModelCard& card, const PreparedDataset& data,
                                 std::span<const std::size_t> records);

/// As model_windows, of some hundred training records: what int8 learns the ranges of activations
/// from. Empty where there are none.
std::vector<float> calibration_windows(const ModelCard& card, const PreparedDataset& data);

/// Labels of the model's classes, [record, class], without logits; a class that the data set does
/// not have is without positives.
Predictions model_truth(const ModelCard& card, const PreparedDataset& data,
                        std::span<const std::size_t> records);

/// At most `count` of `records`, spread evenly.
std::vector<std::size_t> spread(std::span<const std::size_t> records, std::size_t count);

}  // namespace liteheart
