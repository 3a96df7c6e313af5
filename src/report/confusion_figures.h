// Decisions against the truth: counts of each class, and what is found in place of what.
#pragma once

#include <span>

#include "report/evaluated_system.h"
#include "report/panel_figure.h"

namespace liteheart {

/// A panel a system: a row a class with its true and false positives and negatives and their rates.
PanelFigure confusion_figure(std::span<const EvaluatedSystem> systems);

/// A panel a system: a row a true class, a column a found one; see eval/found_instead.h.
PanelFigure found_instead_figure(std::span<const EvaluatedSystem> systems);

}  // namespace liteheart
