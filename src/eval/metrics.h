// The numbers that compare predictions with the truth. Per-class numbers take one class's records,
// [record]; per-recording numbers take [record, class]. A weight is how often a record counts: 1
// for an estimate, its patient's multiplicity in a bootstrap replicate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace liteheart {

/// One class's records by falling score, ordered once so that every weighting costs a single pass.
class RankedScores {
 public:
  RankedScores(std::span<const float> score, std::span<const std::uint8_t> label);

  struct Areas {
    double roc_auc = 0;            // area under the ROC curve, trapezoids over tied scores
    double average_precision = 0;  // sum over distinct scores of (R_n - R_{n-1}) P_n
  };
  /// As scikit-learn's roc_auc_score and average_precision_score with sample_weight = `weight`,
  /// [record] in the order given to the constructor. nullopt without positives or negatives.
  std::optional<Areas> areas(std::span<const std::uint32_t> weight) const;

 private:
  struct Ranked {
    std::uint32_t record;
    std::uint8_t positive;
    std::uint8_t last_of_tie;
  };
  std::vector<Ranked> ranked_;
};

/// Sums of weights by truth and decision.
struct Confusion {
  double tp = 0, fp = 0, fn = 0, tn = 0;

  bool both_classes() const { return tp + fn > 0 && fp + tn > 0; }
};
Confusion confusion(std::span<const std::uint8_t> label, std::span<const std::uint8_t> decided,
                    std::span<const std::uint32_t> weight);

/// (1 + b^2) TP / ((1 + b^2) TP + b^2 FN + FP). nullopt where the denominator is zero.
std::optional<double> f_beta(const Confusion& c, double beta);
/// PhysioNet/CinC Challenge 2020: TP / (TP + FP + b FN). nullopt where the denominator is zero.
std::optional<double> g_beta(const Confusion& c, double beta);
/// TP / (TP + FN); nullopt without positives.
std::optional<double> sensitivity(const Confusion& c);
/// TN / (TN + FP); nullopt without negatives.
std::optional<double> specificity(const Confusion& c);

struct ReliabilityBin {
  std::size_t records = 0, positives = 0;
  double mean_probability = 0;  // 0 without records
};
/// Probabilities in 15 equal-width bins [k/15, (k+1)/15), the last one closed.
std::vector<ReliabilityBin> reliability_bins(std::span<const float> probability,
                                             std::span<const std::uint8_t> label);
/// Expected calibration error: the mean over records of |mean probability - share of positives| of
/// its bin.
double expected_calibration_error(std::span<const float> probability,
                                  std::span<const std::uint8_t> label);

/// Truth and scores of whole recordings, [record, class].
struct Multilabel {
  std::size_t classes = 0;
  std::span<const std::uint8_t> label;

  std::size_t records() const { return classes ? label.size() / classes : 0; }
};

// The numbers of whole recordings, [record]; what is reported is their mean.

/// The share of (true, false) class pairs in which the false class scores as high or higher; 0 for
/// a record with no or all classes true (scikit-learn's label_ranking_loss).
std::vector<double> ranking_loss(const Multilabel& truth, std::span<const double> score);
/// How many classes score at least as high as the lowest true class; 0 for a record without true
/// classes (scikit-learn's coverage_error).
std::vector<double> coverage_error(const Multilabel& truth, std::span<const double> score);
/// The share of wrong decisions.
std::vector<double> hamming_loss(const Multilabel& truth, std::span<const std::uint8_t> decided);
/// 1 where all decisions are right, else 0 (subset accuracy).
std::vector<double> exact_match(const Multilabel& truth, std::span<const std::uint8_t> decided);

/// Mean of `value` over the records, each as often as it counts; 0 where none does.
double weighted_mean(std::span<const double> value, std::span<const std::uint32_t> weight);

}  // namespace liteheart
