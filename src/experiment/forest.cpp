#include "experiment/forest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/axes.h"

namespace liteheart {
namespace {

constexpr double kRow = 5;  // mm

const Colour& colour_of(const Experiment& e, const SystemRow& row) {
  static const Colour teacher = system_style("teacher").colour,
                      baseline = system_style("baseline").colour,
                      compared = system_style("model").colour;
  return row.method == kTeacherMethod ? teacher
         : row.method == e.baseline   ? baseline
         : row.method == e.compare    ? compared
                                      : kInk;
}

std::string name_of(const SystemRow& row) {
  const bool has_axes = std::any_of(row.axes.begin(), row.axes.end(),
                                    [](const std::string& value) { return !value.empty(); });
  return has_axes ? fmt::format("{} {}", row.method, fmt::join(row.axes, " ")) : row.method;
}

Panel panel(const Experiment& e, const SystemTable& table, const std::string& title,
            std::size_t metric) {
  std::vector<const SystemRow*> rows;
  double low = 1, high = 0;
  for (const SystemRow& row : table.rows) {
    const Estimate& number = row.numbers.mean[metric];
    if (!number.value) continue;
    rows.push_back(&row);
    low = std::min(low, number.interval ? number.interval->low : *number.value);
    high = std::max(high, number.interval ? number.interval->high : *number.value);
  }
  const auto count = static_cast<double>(rows.size());
  Axis y{"", -0.5, count - 0.5, {}, {}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    y.ticks.push_back(count - 1 - static_cast<double>(i));
    y.tick_texts.push_back(name_of(*rows[i]));
  }
  const Axis x{title, std::floor(low * 20) / 20 - 0.01, std::ceil(high * 20) / 20 + 0.01, {}, {}};
  Axes axes(fmt::format("{}, tested on {}", table.protocol, table.test), kPanelWidth,
            count * kRow + 22, x, y);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Estimate& number = rows[i]->numbers.mean[metric];
    const Colour& colour = colour_of(e, *rows[i]);
    if (number.interval)
      axes.polyline(rows[i]->method,
                    std::array{Point{number.interval->low, y.ticks[i]},
                               Point{number.interval->high, y.ticks[i]}},
                    colour, 0.35);
    axes.drawing.add(rows[i]->method, Dots{{axes.at(*number.value, y.ticks[i])}, 0.75, colour});
  }
  return {std::move(axes.drawing),
          fmt::format("{} of {} systems; the tables hold the numbers.", title, rows.size())};
}

}  // namespace

PanelFigure forest_of_systems(const Experiment& e, const std::vector<SystemTable>& tables) {
  PanelFigure figure{e.name, {}, e.title};
  for (const SystemTable& table : tables) {
    if (table.records == 0) continue;
    figure.panels.push_back(panel(e, table, "macro AUC", ClassStatistics::kAuc));
    figure.panels.push_back(panel(e, table, "MAP", ClassStatistics::kAveragePrecision));
  }
  return figure;
}

}  // namespace liteheart
