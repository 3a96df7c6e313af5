#include "report/panel_figure.h"

#include <fmt/format.h>

#include <algorithm>

#include "eval/report.h"
#include "report/html.h"
#include "report/paper_style.h"

namespace liteheart {

Drawing sheet(const PanelFigure& figure, std::size_t across) {
  constexpr double kMargin = 3;
  Drawing all;
  all.title = figure.name;
  double y = kMargin;
  for (std::size_t from = 0; from < figure.panels.size(); from += across) {
    double x = kMargin, height = 0;
    for (std::size_t i = from; i < std::min(from + across, figure.panels.size()); ++i) {
      const Drawing& panel = figure.panels[i].drawing;
      all.place(panel, {x, y});
      x += panel.width + kMargin;
      height = std::max(height, panel.height);
    }
    all.width = std::max(all.width, x);
    y += height + kMargin;
  }
  // Of a file that may be handed on alone.
  constexpr double kSize = 2.2;
  constexpr int kLines = 3;
  all.add("disclaimer", Text{.at = {kMargin, y + kSize},
                             .text = std::string(kDisclaimer),
                             .size = kSize,
                             .colour = style::kSoft,
                             .width = all.width - 2 * kMargin,
                             .lines = kLines});
  all.height = y + (kLines + 1) * kSize;
  return all;
}

std::string to_html(const PanelFigure& figure) {
  std::string panels;
  for (const Panel& p : figure.panels) panels += picture(p.drawing, p.alternative);
  return fmt::format(
      "<figure>\n<div class=\"panels\">\n{}</div>\n<figcaption>{}</figcaption></figure>\n", panels,
      escaped(figure.caption));
}

}  // namespace liteheart
