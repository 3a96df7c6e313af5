// From logits to calibrated probabilities and yes or no: the parts of learn_decision (report.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "eval/report.h"

namespace liteheart {

/// Throws Error if the arrays of `p` do not fit its sizes or a logit is not finite.
void check_predictions(const Predictions& p);

/// 1 / (1 + exp(-z)), for any z.
double sigmoid(double z);

struct Platt {
  double slope = 1, intercept = 0;
};
/// Platt scaling of one class (Platt 1999): the slope and intercept that minimize the cross-entropy
/// against smoothed targets (N+ + 1) / (N+ + 2) and 1 / (N- + 2), by Newton steps with
/// backtracking. Where higher logits do not go with positives, the slope stays 1 and only the
/// intercept is fitted: a calibration never reverses a class's ranking. nullopt without positives
/// or negatives.
std::optional<Platt> fit_platt(std::span<const float> logit, std::span<const std::uint8_t> label);

/// The threshold with the greatest F-beta 2 of the counts that are expected on records of these
/// calibrated probabilities: that F over 1 + beta^2, so never above 0.2 (Lipton, Elkan and
/// Naryanaswamy 2014, who show it for F1). Labels have their say through the calibration alone:
/// among a handful of positives, the threshold with the greatest F-beta 2 is mostly chance. 0.5
/// where no positive is expected.
float best_threshold(std::span<const float> probability);

/// 1 where the calibrated probability reaches the class's threshold: [record, class].
/// `probability`: as probabilities() gives it.
std::vector<std::uint8_t> decide(std::span<const float> probability, const Decision& d);

/// slope * logit + intercept, [record, class]: the calibrated probabilities' order, without the
/// ties that rounding to 0 and 1 makes.
std::vector<double> calibrated_logits(const Predictions& p, const Decision& d);

}  // namespace liteheart
