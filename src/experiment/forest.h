// An experiment as a figure: every system's macro AUC and MAP with its interval, a panel each, a
// row of panels for each protocol and test set.
#pragma once

#include <vector>

#include "experiment/experiment_file.h"
#include "experiment/table_of_systems.h"
#include "report/panel_figure.h"

namespace liteheart {

/// Panels of the tables of which something is measured; none where nothing is.
PanelFigure forest_of_systems(const Experiment& e, const std::vector<SystemTable>& tables);

}  // namespace liteheart
