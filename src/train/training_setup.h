// What a training begins with, as its settings and data say.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "data/dataset.h"
#include "distill/objective.h"
#include "nn/model.h"
#include "train/config.h"

namespace liteheart {

/// The networks that `config` asks for, on the data's conditioning and classes. Throws Error
/// (setting).
ModelCard make_card(const TrainConfig& config, const PreparedDataset& data);

/// Whether the trained model is to have trees beside its network: they are fitted when that is
/// chosen, so until then its card has none.
bool has_trees(const TrainConfig& config);
/// How much of the logit is theirs; 0 where there are none.
double measured_share(const TrainConfig& config);
/// Whether they are a teacher's, which is given all leads and is to tell students of labelled
/// records what it thought without them; else they imitate.
bool has_teachers_trees(const TrainConfig& config);

/// Gives `model` the weights of config.start. Throws Error (file, remedy) where they do not fit.
void start_from(const TrainConfig& config, const PreparedDataset& data, Model& model);

/// What makes this training the one that a checkpoint belongs to: the settings that the result
/// depends on, and hashes of the data, teachers and start.
nlohmann::json training_identity(const TrainConfig& config, const PreparedDataset& data);

ObjectiveWeights objective_weights(const TrainConfig& config);

}  // namespace liteheart
