// Systems of several seeds each, measured on the same recordings: means over the seeds, how they
// spread, and intervals over the patients.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "eval/bootstrap.h"
#include "eval/class_statistics.h"
#include "eval/report.h"
#include "train/prediction_files.h"

namespace liteheart {

/// A system by the predictions of its seeds, and its places among others.
struct SeededSystem {
  std::vector<StoredPredictions> seeds;  // none: not measured yet
  // Systems (by place) that bound the gap which this one closes a part of.
  std::optional<std::size_t> baseline, teacher;
  std::optional<std::size_t> rival_of;  // the system that is set against this one
};

/// AUC, MAP, F1 and F2, in the order of ClassStatistics::Metric.
template <class T>
using MacroNumbers = std::array<T, ClassStatistics::kCompared>;

struct SeededNumbers {
  MacroNumbers<Estimate> mean;  // over seeds; a replicate draws patients and averages the seeds
  MacroNumbers<std::optional<double>> deviation;  // over seeds (n - 1); nullopt for fewer than two
  // (mean - baseline) / (teacher - baseline) of the means; undefined and without interval as in
  // GapRatio.
  MacroNumbers<Estimate> gap_closed;
  MacroNumbers<Estimate> ahead;  // mean of rival_of - mean, over the same patient draws
  struct OfClass {
    std::optional<double> auc, average_precision;  // mean over seeds
  };
  std::vector<OfClass> classes;
};

/// The systems' numbers, in their order; empty ones for those without seeds. Throws Error where not
/// all were measured on the same recordings.
std::vector<SeededNumbers> seeded_numbers(const std::vector<SeededSystem>& systems,
                                          const BootstrapOptions& bootstrap);

}  // namespace liteheart
