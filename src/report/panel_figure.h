// A figure: panels that stand side by side where there is room and one below the other where not.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "report/drawing.h"

namespace liteheart {

struct Panel {
  Drawing drawing;
  std::string alternative;  // what it shows, for those who do not see it
};

struct PanelFigure {
  std::string name;  // of its file, without ending: "roc"
  std::vector<Panel> panels;
  std::string caption;  // what one sees and how it was made
};

/// Its panels as one drawing, at most `across` side by side.
Drawing sheet(const PanelFigure& figure, std::size_t across = 3);
/// Panels that wrap, and the caption below.
std::string to_html(const PanelFigure& figure);

}  // namespace liteheart
