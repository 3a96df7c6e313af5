// Training of a teacher, a baseline, or an LCCI system by distillation.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <string>

#include "train/config.h"

namespace liteheart {

struct EpochReport {
  int epoch = 0, epochs = 0;             // counted from 1
  std::map<std::string, double> losses;  // mean, unweighted, by name; "total" is weighted
  double map = 0, auc = 0;               // validation
  bool best = false;
  double records_per_second = 0;
};

struct TrainCallbacks {
  /// (stage, done, total, note), in records; a stage is "teacher" (its view being computed) or
  /// "epoch 3/15", whose records are those of all epochs. Called after every step, and without a
  /// note before the first one of an epoch.
  std::function<void(const std::string&, std::size_t, std::size_t, const std::string&)> progress;
  std::function<void(const EpochReport&)> epoch;
  const std::atomic<bool>* stop =
      nullptr;  // set to end after the step under way, with a checkpoint
};

struct TrainOutcome {
  bool finished = false;      // false: stopped on request
  bool was_complete = false;  // there was nothing to do
  int best_epoch = 0, epochs = 0;
  double best_map = 0, seconds = 0;
};

/// Trains, or continues what config.out holds. Leaves in config.out: model.safetensors (best epoch,
/// with thresholds and calibration learned on validation), best.safetensors, last.safetensors
/// (checkpoint), log.jsonl (a line per 50 steps and per epoch). Throws Error.
TrainOutcome train(const TrainConfig& config, const TrainCallbacks& callbacks);

}  // namespace liteheart
