// ROC and precision-recall curves as the polylines whose areas are the reported numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace liteheart {

struct CurvePoint {
  double x = 0, y = 0;
};
/// x rises from 0 to 1 or stays; where it stays, the curve is vertical.
using Curve = std::vector<CurvePoint>;

struct ClassCurves {
  /// x: false positive rate, y: true positive rate; a point a distinct score, from (0, 0). The area
  /// is RankedScores::Areas::roc_auc.
  Curve roc;
  /// x: recall, y: precision, in steps: P_n from R_{n-1} to R_n. The area is
  /// RankedScores::Areas::average_precision.
  Curve precision_recall;
};
/// Of one class's records. nullopt without positives or negatives.
std::optional<ClassCurves> class_curves(std::span<const float> score,
                                        std::span<const std::uint8_t> label);

/// By trapezoids.
double area(const Curve& curve);

/// The mean of the curves' y at every x that one of them bends at, before and after a vertical
/// part: its area is the mean of their areas. Empty for none.
Curve mean_curve(std::span<const Curve> curves);

}  // namespace liteheart
