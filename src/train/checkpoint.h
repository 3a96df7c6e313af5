// The state of a training on disk: OUT/last.safetensors, written whole or not at all.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "nn/weights.h"

namespace liteheart {

/// All that an interrupted training needs to end as it would have ended. Order, augmentation and
/// CutMix follow from (seed, step), so there is no generator state.
struct Progression {
  std::uint64_t step = 0;  // steps done
  std::int64_t optimizer_steps = 0;
  int best_epoch = 0, epochs_done = 0;
  double best_map = -1, best_auc = -1;  // of the best epoch
  double seconds = 0;
  bool finished = false;
  nlohmann::json sums = nlohmann::json::object();  // of the losses of the epoch under way
};

struct Checkpoint {
  nlohmann::json config;  // identity of the training: settings and data
  Progression progression;
  NamedTensors tensors;
};

std::filesystem::path checkpoint_file(const std::filesystem::path& out);
void write_checkpoint(const std::filesystem::path& out, const Checkpoint& checkpoint);
/// nullopt if there is none. Throws Error if it is damaged or belongs to a training of other
/// settings, naming the setting.
std::optional<Checkpoint> read_checkpoint(const std::filesystem::path& out,
                                          const nlohmann::json& config);

}  // namespace liteheart
