// The researcher's page: everything that an evaluation measured, as tables and figures.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/evaluated_system.h"
#include "report/panel_figure.h"

namespace liteheart {

struct EvaluationStudy {
  std::string data, split;  // the data set's name and the split that was measured
  std::string version;      // of the program
  // In the order in which they stand side by side, the model that it is about last; at least one,
  // all of the same recordings and with samples.
  std::vector<EvaluatedSystem> systems;
  std::optional<GapClosed> gap;
};

/// Every figure of the study, in the page's order. Training curves where a system's path is a
/// folder with a log, restored leads where a system restores any. The map of the embeddings takes
/// seconds.
std::vector<PanelFigure> evaluation_figures(const EvaluationStudy& study);

/// The whole page with the study's figures.
std::string evaluation_page(const EvaluationStudy& study, const std::vector<PanelFigure>& figures);

}  // namespace liteheart
