// The predictions of an evaluation as files, so that models can be compared recording by recording.
// A folder that NumPy reads as it is: logits.npy (float32, [record, class]), labels.npy (uint8,
// [record, class]), records.csv (record, centre, patient), decision.json (classes, thresholds,
// calibration; written last: a folder without it is not one of predictions).
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "data/dataset.h"
#include "ecg/vocabulary.h"
#include "eval/report.h"

namespace liteheart {

struct StoredPredictions {
  std::vector<Diagnosis> classes;  // code and abbreviation
  Predictions predictions;
  Decision decision;
};

/// `rows`: of the records that were predicted, in their order. Makes the folder. Throws Error.
void write_predictions(const std::filesystem::path& folder, const StoredPredictions& stored,
                       std::span<const RecordRow* const> rows);
/// Throws Error naming the file where one is missing or they do not fit together.
StoredPredictions read_predictions(const std::filesystem::path& folder);

}  // namespace liteheart
