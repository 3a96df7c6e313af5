// Everything LiteHeart reports about predictions: DESIGN "Numbers it reports".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ecg/vocabulary.h"

namespace liteheart {

/// Predictions of one split, beside the truth.
struct Predictions {
  std::size_t records = 0, classes = 0;
  std::vector<float> logit;           // [record, class], uncalibrated
  std::vector<std::uint8_t> label;    // [record, class]
  std::vector<int> patient;           // [record] dense patient numbers
};

/// What turns logits into decisions; learned on validation, travels with the model.
struct Decision {
  std::vector<float> threshold;  // [class] on the calibrated probability
  std::vector<float> slope, intercept;  // [class] Platt: p = sigmoid(slope * logit + intercept)
};

/// Calibration by regularized Platt scaling per class, then thresholds maximizing F-beta 2 per class on `validation`.
Decision learn_decision(const Predictions& validation);

/// Calibrated probabilities [record, class].
std::vector<float> probabilities(const Predictions& p, const Decision& d);

/// Mean average precision and macro AUC over the classes that have positives and negatives.
/// Ties are handled as scikit-learn does. For model selection during training.
double mean_average_precision(const Predictions& p);
double macro_auc(const Predictions& p);

}  // namespace liteheart
