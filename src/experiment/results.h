// What a finished cell's folders hold.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "experiment/grid.h"

namespace liteheart {

struct TrainingResult {
  int epochs = 0, best_epoch = 0;
  double map = 0, auc = 0;  // validation, of the best epoch
  double seconds = 0;
};

/// nullopt where it has no epoch yet.
std::optional<TrainingResult> training_result(const std::filesystem::path& folder);

/// What `evaluate --json` wrote; nullopt where the evaluation is not complete. Throws Error where
/// it cannot be read.
std::optional<nlohmann::json> evaluation_result(const std::filesystem::path& folder);

}  // namespace liteheart
