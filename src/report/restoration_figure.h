// Restored leads over the true ones.
#pragma once

#include "report/evaluated_system.h"
#include "report/panel_figure.h"

namespace liteheart {

/// A panel each for the best, the median and the worst recording of a system that restores leads,
/// and was evaluated with samples. Time and voltage stand to each other as on ECG paper.
PanelFigure restoration_figure(const EvaluatedSystem& system);

}  // namespace liteheart
