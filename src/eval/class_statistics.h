// The numbers of classes that carry intervals, and their means, for any weighting of the records.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "eval/columns.h"
#include "eval/metrics.h"
#include "eval/report.h"

namespace liteheart {

/// nullopt for the NaN that stands for it among statistics.
std::optional<double> defined(double value);

class ClassStatistics {
 public:
  /// Those before kCompared are what systems are compared by.
  enum Metric : std::size_t {
    kAuc,
    kAveragePrecision,
    kF1,
    kF2,
    kCompared,
    kG2 = kCompared,
    kSensitivity,
    kSpecificity,
    kMetrics
  };

  /// decided: [record, class] as decide() gives it.
  ClassStatistics(const Predictions& p, const std::vector<std::uint8_t>& decided);

  std::size_t classes() const { return ranked_.size(); }
  /// Numbers that compute() writes: kMetrics for each class, then kMetrics macro ones.
  std::size_t size() const { return (classes() + 1) * kMetrics; }
  /// out: [class and last macro, metric]; NaN for a class without positives or negatives under this
  /// weighting, and for a macro number where that is true of all classes.
  void compute(std::span<const std::uint32_t> weight, std::span<double> out) const;
  /// The macro numbers that systems are compared by.
  std::array<double, kCompared> macro(std::span<const std::uint32_t> weight) const;

 private:
  std::array<double, kMetrics> of_class(std::size_t c, std::span<const std::uint32_t> weight) const;

  std::vector<RankedScores> ranked_;  // [class]
  Columns<std::uint8_t> label_, decided_;
};

}  // namespace liteheart
