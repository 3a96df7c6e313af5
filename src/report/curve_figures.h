// ROC, precision-recall and calibration of systems side by side.
#pragma once

#include <span>

#include "report/evaluated_system.h"
#include "report/panel_figure.h"

namespace liteheart {

/// Means over the classes of all systems in one panel each for ROC and precision-recall.
PanelFigure mean_curves_figure(std::span<const EvaluatedSystem> systems);
/// A panel a system: a thin line a class, the mean over the classes thick.
PanelFigure roc_figure(std::span<const EvaluatedSystem> systems);
PanelFigure precision_recall_figure(std::span<const EvaluatedSystem> systems);
/// A panel a system: what share of the findings of a probability are true, over all classes pooled,
/// and how many findings have it.
PanelFigure calibration_figure(std::span<const EvaluatedSystem> systems);

}  // namespace liteheart
