#include "report/class_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "eval/report_format.h"
#include "report/axes.h"
#include "report/diagnosis_words.h"

namespace liteheart {
namespace {

struct ClassNumber {
  const char* name;
  Estimate ClassReport::*of_class;
  Estimate Report::*of_all;
  enum Chance { kHalf, kPrevalence, kUnknown } chance;
};
constexpr ClassNumber kAuc = {"AUC", &ClassReport::auc, &Report::macro_auc, ClassNumber::kHalf};
constexpr ClassNumber kAveragePrecision = {"average precision", &ClassReport::average_precision,
                                           &Report::mean_average_precision,
                                           ClassNumber::kPrevalence};
constexpr ClassNumber kF2 = {"F-beta 2", &ClassReport::f2, &Report::macro_f2,
                             ClassNumber::kUnknown};

/// Evaluated classes, the last system's best first.
std::vector<std::size_t> sorted_classes(std::span<const EvaluatedSystem> systems) {
  const auto& classes = systems.back().evaluation.report.classes;
  std::vector<std::size_t> order;
  for (std::size_t c = 0; c < classes.size(); ++c)
    if (classes[c].evaluated()) order.push_back(c);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return classes[a].auc.value.value_or(0) > classes[b].auc.value.value_or(0);
  });
  return order;
}

std::vector<LegendEntry> system_legend(std::span<const EvaluatedSystem> systems) {
  std::vector<LegendEntry> legend;
  for (const EvaluatedSystem& s : systems)
    legend.push_back({system_title(s), system_style(s.role).colour, {}, true});
  return legend;
}

void draw_estimate(Axes& axes, const std::string& role, const Estimate& e, double row,
                   const Colour& colour) {
  if (!e.value) return;
  if (e.interval)
    axes.polyline(role, std::array{Point{e.interval->low, row}, Point{e.interval->high, row}},
                  colour, 0.35);
  axes.drawing.add(role, Dots{{axes.at(*e.value, row)}, 0.75, colour});
}

/// The smallest number to be shown, rounded down to a tenth.
double lowest(std::span<const EvaluatedSystem> systems, const ClassNumber& number) {
  double low = 1;
  for (const EvaluatedSystem& s : systems) {
    for (const ClassReport& c : s.evaluation.report.classes) {
      const Estimate& e = c.*number.of_class;
      if (e.value) low = std::min(low, e.interval ? e.interval->low : *e.value);
    }
  }
  return std::clamp(std::floor(low * 10 - 1e-9) / 10, 0.0, 0.9);
}

Panel forest_panel(std::span<const EvaluatedSystem> systems, const ClassNumber& number) {
  const auto order = sorted_classes(systems);
  const auto& classes = systems.back().evaluation.report.classes;
  const auto rows = static_cast<double>(order.size() + 1);
  const double row = std::clamp(150 / rows, 3.2, 2.0 * static_cast<double>(systems.size()) + 1.2);
  // Row 0 is the lowest: the macro number.
  Axis y{"", -0.5, rows - 0.5, {0}, {"macro"}};
  for (std::size_t i = 0; i < order.size(); ++i) {
    y.ticks.push_back(rows - 1 - static_cast<double>(i));
    y.tick_texts.push_back(short_name(classes[order[i]].diagnosis));
  }
  const auto legend = system_legend(systems);
  Axes axes(fmt::format("{} of each class", capital(number.name)), kPanelWidth, rows * row + 22,
            {number.name, lowest(systems, number), 1, {}, {}}, y, legend);
  axes.polyline("macro", std::array{Point{0, 0.5}, Point{1, 0.5}}, kSoft, 0.25);
  if (number.chance == ClassNumber::kHalf)
    axes.polyline("chance", std::array{Point{0.5, -0.5}, Point{0.5, rows}}, kSoft, 0.25,
                  {0.8, 0.8});
  for (std::size_t s = 0; s < systems.size(); ++s) {
    const Report& report = systems[s].evaluation.report;
    const double count = static_cast<double>(systems.size());
    const double shift = ((count - 1) / 2 - static_cast<double>(s)) * 0.8 / count;
    for (std::size_t i = 0; i < order.size(); ++i)
      draw_estimate(axes, systems[s].role, report.classes[order[i]].*number.of_class,
                    y.ticks[i + 1] + shift, legend[s].colour);
    draw_estimate(axes, systems[s].role, report.*number.of_all, shift, legend[s].colour);
  }
  if (number.chance == ClassNumber::kPrevalence) {
    for (std::size_t i = 0; i < order.size(); ++i)
      axes.polyline("prevalence",
                    std::array{Point{classes[order[i]].prevalence, y.ticks[i + 1] - 0.35},
                               Point{classes[order[i]].prevalence, y.ticks[i + 1] + 0.35}},
                    kSoft, 0.3);
  }
  return {
      std::move(axes.drawing),
      fmt::format("Forest plot of the {} of {} classes for {} systems; the table of classes holds "
                  "the numbers.",
                  number.name, order.size(), systems.size())};
}

Panel violin_panel(std::span<const EvaluatedSystem> systems, const ClassNumber& number) {
  constexpr double kHalf = 0.4;  // of the widest place
  Axis x{"", 0.4, static_cast<double>(systems.size()) + 0.6, {}, {}};
  double low = 1;
  std::vector<std::vector<double>> values(systems.size());
  for (std::size_t s = 0; s < systems.size(); ++s) {
    x.ticks.push_back(static_cast<double>(s) + 1);
    x.tick_texts.push_back(system_title(systems[s]));
    for (const ClassReport& c : systems[s].evaluation.report.classes)
      if (const auto v = (c.*number.of_class).value) values[s].push_back(*v);
    std::sort(values[s].begin(), values[s].end());
    if (!values[s].empty()) low = std::min(low, values[s].front());
  }
  Axes axes(fmt::format("{} over the classes", capital(number.name)), kPanelWidth, 72, x,
            {number.name, std::clamp(std::floor(low * 10 - 1e-9) / 10, 0.0, 0.9), 1, {}, {}});
  std::string alternative = fmt::format("Violins of the {} of the classes, medians:", number.name);
  for (std::size_t s = 0; s < systems.size(); ++s) {
    const auto& v = values[s];
    if (v.empty()) continue;
    const double middle = x.ticks[s];
    Colour pale = system_style(systems[s].role).colour;
    const Colour full = pale;
    pale.opacity = 0.25;
    constexpr int kPlaces = 80;
    std::vector<double> places;
    for (int i = 0; i <= kPlaces; ++i)
      places.push_back(v.front() + (v.back() - v.front()) * i / kPlaces);
    const auto density = kernel_density(v, places);
    std::vector<Point> outline;
    for (std::size_t i = 0; i < places.size(); ++i)
      outline.push_back(axes.at(middle - kHalf * density[i], places[i]));
    for (std::size_t i = places.size(); i-- > 0;)
      outline.push_back(axes.at(middle + kHalf * density[i], places[i]));
    axes.drawing.add("violin", Area{{std::move(outline)}, pale});
    const auto at_values = kernel_density(v, v);
    const double widest = std::max(1e-9, *std::max_element(at_values.begin(), at_values.end()));
    Dots dots{{}, 0.7, full};
    for (std::size_t i = 0; i < v.size(); ++i) {
      // The golden ratio spreads neighbours apart.
      const double aside = std::fmod(static_cast<double>(i) * 0.618, 1.0) - 0.5;
      dots.centres.push_back(axes.at(middle + 1.4 * kHalf * aside * at_values[i] / widest, v[i]));
    }
    axes.drawing.add("class", std::move(dots));
    const double median = (v[(v.size() - 1) / 2] + v[v.size() / 2]) / 2;
    axes.polyline("median",
                  std::array{Point{middle - kHalf, median}, Point{middle + kHalf, median}}, kInk,
                  0.5);
    alternative += fmt::format(" {} {:.3f};", systems[s].role, median);
  }
  alternative.back() = '.';
  return {std::move(axes.drawing), alternative};
}

}  // namespace

Panel macro_panel(std::span<const EvaluatedSystem> systems) {
  constexpr std::array<std::pair<const char*, Estimate Report::*>, 5> kNumbers = {
      {{"AUC", &Report::macro_auc},
       {"MAP", &Report::mean_average_precision},
       {"F1", &Report::macro_f1},
       {"F2", &Report::macro_f2},
       {"Challenge", &Report::challenge_score}}};
  Axis y{"", -0.5, 4.5, {}, {}};
  for (std::size_t i = 0; i < kNumbers.size(); ++i) {
    y.ticks.push_back(4 - static_cast<double>(i));
    y.tick_texts.push_back(kNumbers[i].first);
  }
  const auto legend = system_legend(systems);
  Axes axes("Macro numbers", kPanelWidth, kPanelWidth + 8, {"value", 0, 1, {}, {}}, y, legend);
  const double count = static_cast<double>(systems.size());
  for (std::size_t s = 0; s < systems.size(); ++s)
    for (std::size_t i = 0; i < kNumbers.size(); ++i)
      draw_estimate(axes, systems[s].role, systems[s].evaluation.report.*kNumbers[i].second,
                    y.ticks[i] + ((count - 1) / 2 - static_cast<double>(s)) * 0.7 / count,
                    legend[s].colour);
  return {std::move(axes.drawing), "Macro numbers of the systems; the table above holds them."};
}

std::vector<double> kernel_density(std::span<const double> values, std::span<const double> places) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double square = 0;
  for (const double v : values) square += (v - mean) * (v - mean);
  const double width = std::max(0.9 * std::sqrt(square / n) * std::pow(n, -0.2), 1e-3);
  std::vector<double> density;
  for (const double x : places) {
    double sum = 0;
    for (const double v : values) sum += std::exp(-0.5 * std::pow((x - v) / width, 2));
    density.push_back(sum);
  }
  const double most = *std::max_element(density.begin(), density.end());
  for (double& d : density) d /= most;
  return density;
}

PanelFigure forest_figure(std::span<const EvaluatedSystem> systems) {
  const BootstrapOptions& b = systems.back().evaluation.report.bootstrap;
  const std::string intervals =
      b.replicates > 0
          ? fmt::format("Lines: {:g} % intervals over {} bootstrap draws of the patients. ",
                        100 * b.confidence, b.replicates)
          : "";
  return {"forest",
          {forest_panel(systems, kAuc), forest_panel(systems, kAveragePrecision),
           forest_panel(systems, kF2)},
          "Every class with positives and negatives, sorted by the AUC of the last system; macro "
          "is their mean. " +
              intervals +
              "Grey strokes under average precision: the class's prevalence, which chance gives. "
              "F-beta 2 at the thresholds that were learned on validation."};
}

PanelFigure violin_figure(std::span<const EvaluatedSystem> systems) {
  return {"violin",
          {violin_panel(systems, kAuc), violin_panel(systems, kAveragePrecision),
           violin_panel(systems, kF2)},
          "How the classes spread: a dot a class, the bar their median, the shape their "
          "density by Gaussian kernels (Silverman's rule) between the lowest and the highest "
          "class."};
}

}  // namespace liteheart
