// ROC, precision-recall and calibration of systems side by side.
#pragma once

#include <span>

#include "report/evaluated_system.h"
#include "report/figure.h"

namespace liteheart {

/// Means over the classes of all systems in one panel each for ROC and precision-recall.
Figure mean_curves_figure(std::span<const EvaluatedSystem> systems);
/// A panel a system: a thin line a class, the mean over the classes thick.
Figure roc_figure(std::span<const EvaluatedSystem> systems);
Figure precision_recall_figure(std::span<const EvaluatedSystem> systems);
/// A panel a system: what share of the findings of a probability are true, over all classes pooled,
/// and how many findings have it.
Figure calibration_figure(std::span<const EvaluatedSystem> systems);

}  // namespace liteheart
