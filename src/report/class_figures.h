// AUC and average precision of every class: as a forest plot, and as violins.
#pragma once

#include <span>

#include "report/evaluated_system.h"
#include "report/panel_figure.h"

namespace liteheart {

/// The macro numbers of all systems, with their intervals.
Panel macro_panel(std::span<const EvaluatedSystem> systems);

/// A panel each for AUC, average precision and F-beta 2; a row a class, sorted by the last system's
/// AUC, the macro number below. All systems share a row. Classes without positives or negatives are
/// left out.
PanelFigure forest_figure(std::span<const EvaluatedSystem> systems);

/// A panel each for the same numbers: a violin a system, a dot a class.
PanelFigure violin_figure(std::span<const EvaluatedSystem> systems);

/// The outline of a violin: density of `values` at `places` by Gaussian kernels (Silverman's rule),
/// the highest of them 1.
std::vector<double> kernel_density(std::span<const double> values, std::span<const double> places);

}  // namespace liteheart
