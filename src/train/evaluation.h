// A trained model measured on a split of a prepared data set.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "data/dataset.h"
#include "eval/measurement_error.h"
#include "eval/report.h"
#include "eval/restoration.h"
#include "nn/model.h"

namespace liteheart {

struct Evaluation {
  ModelCard card;
  Predictions predictions;  // for the classes of the data set
  Decision decision;        // the model's, for the same classes
  Report report;
  // On the recordings that the quality gate accepts, where that is some but not all of them.
  std::optional<Report> accepted;
  bool graded =
      true;  // false: the data set is from before there was a gate, coverage means nothing
  // Where the model restores leads:
  std::optional<LeadsRestored> restored;
  std::optional<MeasurementErrors> measured;  // on the restored leads
  double seconds = 0;
};

/// Thresholds and calibration are the model's own; a model without any (an imported one) keeps
/// identity and 0.5. progress(done, total). Throws Error.
Evaluation evaluate_model(const std::filesystem::path& path, const PreparedDataset& data,
                          std::span<const std::size_t> records, const BootstrapOptions& bootstrap,
                          const std::function<void(std::size_t, std::size_t)>& progress);

}  // namespace liteheart
