// A trained model measured on a split of a prepared data set. No libtorch here: who shows an
// evaluation does not run the model.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "eval/measurement_error.h"
#include "eval/report.h"
#include "eval/restoration.h"
#include "nn/model_card.h"

namespace liteheart {

/// One recording as it is and as the model restored it.
struct RestorationExample {
  std::string record;                  // its name within its data set
  double pearson = 0;                  // mean over the leads that the model is not given
  LeadCorrelations leads;              // of each lead
  std::size_t samples = 0;             // of the window that hold signal
  std::vector<float> truth, restored;  // [12, samples], conditioned
};

/// What pictures of a model are drawn from, beside its numbers.
struct EvaluationSamples {
  static constexpr std::size_t kMostEmbedded = 800;
  std::vector<std::size_t>
      embedded;  // places among the evaluated records, evenly spread, ascending
  std::size_t width = 0;
  std::vector<float> embedding;  // [embedded, width]: the backbone's features before the classes
  // Best, median and worst by `pearson`; fewer where fewer recordings have one, none where the
  // model restores nothing.
  std::vector<RestorationExample> restored;
};

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
  std::optional<EvaluationSamples> samples;   // where asked for
  double seconds = 0;
};

struct EvaluateOptions {
  BootstrapOptions bootstrap;
  bool samples = false;
  std::function<void(std::size_t, std::size_t)> progress;  // (done, total)
  /// The same of measuring the data set, where the model has trees and that was not done before.
  std::function<void(std::size_t, std::size_t)> measuring;
};

/// Thresholds and calibration are the model's own; a model without any (an imported one) keeps
/// identity and 0.5. Throws Error.
Evaluation evaluate_model(const std::filesystem::path& path, const PreparedDataset& data,
                          std::span<const std::size_t> records, const EvaluateOptions& options);

}  // namespace liteheart
