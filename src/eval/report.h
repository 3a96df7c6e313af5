// Everything LiteHeart reports about predictions: DESIGN "Numbers it reports".
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecg/vocabulary.h"
#include "eval/bootstrap.h"

namespace liteheart {

/// The last line of everything a person reads.
inline constexpr std::string_view kDisclaimer =
    "LiteHeart is research software, not a medical device: do not base care on these numbers.";

/// Predictions of one split, beside the truth.
struct Predictions {
  std::size_t records = 0, classes = 0;
  std::vector<float> logit;         // [record, class], uncalibrated
  std::vector<std::uint8_t> label;  // [record, class]
  std::vector<int> patient;         // [record] dense patient numbers
};

/// What turns logits into decisions; learned on validation, travels with the model.
struct Decision {
  std::vector<float> threshold;         // [class] on the calibrated probability
  std::vector<float> slope, intercept;  // [class] Platt: p = sigmoid(slope * logit + intercept)
};

/// Calibration by regularized Platt scaling per class on `validation`, then the threshold of the
/// greatest expected F-beta 2 under the calibrated probabilities there. A class without
/// positives or without negatives there keeps slope 1, intercept 0, threshold 0.5.
Decision learn_decision(const Predictions& validation);

/// Calibrated probabilities [record, class].
std::vector<float> probabilities(const Predictions& p, const Decision& d);

/// Mean average precision and macro AUC over the classes that have positives and negatives; 0 if
/// none has. Ties are handled as scikit-learn does. For model selection during training.
double mean_average_precision(const Predictions& p);
double macro_auc(const Predictions& p);

/// A number, undefined where the data does not allow it, and its patient-bootstrap interval.
struct Estimate {
  std::optional<double> value;
  std::optional<Interval> interval;
};

/// One class. Every metric is nullopt where the class has no positives or no negatives.
struct ClassReport {
  Diagnosis diagnosis;
  std::size_t positives = 0, negatives = 0;
  double prevalence = 0;  // positives / records
  double threshold = 0;   // on the calibrated probability
  Estimate auc, average_precision, f1, f2, g2, sensitivity, specificity;
  std::optional<double> expected_calibration_error;

  bool evaluated() const { return positives > 0 && negatives > 0; }
};

/// Macro numbers are means over the evaluated classes. Formulas: metrics.h, challenge_score.h. The
/// calibration error has no interval: drawn recordings repeat, which makes it greater than it is.
struct Report {
  std::size_t records = 0, patients = 0;
  double coverage = 1;  // share of the recordings that the quality gate accepted
  Estimate macro_auc, mean_average_precision, macro_f1, macro_f2;
  Estimate macro_g2, macro_sensitivity, macro_specificity;
  std::optional<double> macro_expected_calibration_error;
  Estimate ranking_loss, coverage_error;  // of the calibrated scores, over all classes
  Estimate hamming_loss, exact_match;     // over all classes
  Estimate challenge_score;               // nullopt where no class is scored
  std::size_t challenge_classes = 0;      // of the Challenge's 26 that are among the classes
  std::vector<ClassReport> classes;
  BootstrapOptions bootstrap;

  std::size_t evaluated_classes() const;
};

/// AUC, average precision and the ranking within a class come from the logits; decisions,
/// calibration error and the ranking across classes from the calibrated probabilities. `classes`
/// names the columns of `test`. Throws Error where sizes do not fit, there are no records or a
/// logit is not finite.
Report make_report(const Predictions& test, const Decision& decision,
                   const std::vector<Diagnosis>& classes, const BootstrapOptions& bootstrap);

/// Aligned plain text for a person; its last line is the disclaimer.
std::string to_table(const Report& report);
/// Keys are the fields' names; an undefined number is null, an interval [low, high] stands under
/// the number's key + "_interval".
nlohmann::json to_json(const Report& report);

/// Predictions of a system, and what turns them into decisions.
struct System {
  const Predictions& predictions;
  const Decision& decision;
};

/// (LCCI - baseline) / (HCCI - baseline) of one macro number.
struct GapRatio {
  std::optional<double> lcci, baseline, hcci;  // nullopt where no class is evaluated
  std::optional<double> closed;                // nullopt where HCCI is not above the baseline
  /// Over the same patient draws for the three systems. Replicates in which HCCI is not above the
  /// baseline have no gap to close and are left out; where they are more than (1 - confidence) / 2
  /// of all, the gap itself is in doubt and there is no interval.
  std::optional<Interval> interval;
};

struct GapClosed {
  GapRatio macro_auc, mean_average_precision, macro_f1, macro_f2;
};

/// The three systems' predictions must be of the same recordings, in the same order.
GapClosed gap_closed(const System& lcci, const System& baseline, const System& hcci,
                     const BootstrapOptions& bootstrap);
std::string to_table(const GapClosed& gap);
nlohmann::json to_json(const GapClosed& gap);

}  // namespace liteheart
