#include "report/curve_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "eval/columns.h"
#include "eval/curves.h"
#include "eval/metrics.h"
#include "eval/report_format.h"
#include "report/axes.h"

namespace liteheart {
namespace {

constexpr double kClassStroke = 0.25, kMeanStroke = 0.7;
constexpr double kCountsRoom = 8;  // for "1000k"

/// What sets the two kinds of curve apart.
struct CurveKind {
  const char* name;
  const char* file;
  const char* area_name;
  const char* x;
  const char* y;
  Curve ClassCurves::*curve;
  bool diagonal;  // is what chance gives
};
constexpr CurveKind kRoc = {"ROC",
                            "roc",
                            "AUC",
                            "false positive rate (1 - specificity)",
                            "true positive rate (sensitivity)",
                            &ClassCurves::roc,
                            true};
constexpr CurveKind kPrecisionRecall = {"Precision-recall",
                                        "precision_recall",
                                        "MAP",
                                        "recall (sensitivity)",
                                        "precision (positive predictive value)",
                                        &ClassCurves::precision_recall,
                                        false};

std::vector<Curve> curves_of(const EvaluatedSystem& system, const CurveKind& kind) {
  const Predictions& p = system.evaluation.predictions;
  const auto logit = columns(p.logit, p.classes);
  const auto label = columns(p.label, p.classes);
  std::vector<Curve> all;
  for (std::size_t c = 0; c < p.classes; ++c)
    if (const auto curves = class_curves(logit.of(c), label.of(c)))
      all.push_back((*curves).*kind.curve);
  return all;
}

void draw(Axes& axes, const char* role, const Curve& curve, const Colour& colour, double stroke,
          std::vector<double> dashes = {}) {
  std::vector<Point> points;
  for (const CurvePoint& p : curve) points.push_back({p.x, p.y});
  axes.polyline(role, points, colour, stroke, std::move(dashes));
}

Axes unit_square(const std::string& title, const CurveKind& kind,
                 std::span<const LegendEntry> legend) {
  Axes axes(title, kPanelWidth, kPanelWidth + 8, {kind.x, 0, 1, {}, {}}, {kind.y, 0, 1, {}, {}},
            legend);
  if (kind.diagonal)
    axes.polyline("chance", std::array{Point{0, 0}, Point{1, 1}}, kSoft, 0.25, {0.8, 0.8});
  return axes;
}

PanelFigure class_figure(std::span<const EvaluatedSystem> systems, const CurveKind& kind) {
  PanelFigure f{kind.file, {}, {}};
  for (const EvaluatedSystem& s : systems) {
    const SystemStyle style = system_style(s.role);
    const std::vector<Curve> curves = curves_of(s, kind);
    const Curve mean = mean_curve(curves);
    const std::string number = fmt::format("{} {:.3f}", kind.area_name, area(mean));
    const std::array<LegendEntry, 2> legend = {
        LegendEntry{"mean of the classes, " + number, style.colour},
        LegendEntry{fmt::format("each of {} classes", curves.size()),
                    {style.colour.red, style.colour.green, style.colour.blue, 0.5}}};
    Axes axes = unit_square(fmt::format("{} of the {}", kind.name, system_title(s)), kind, legend);
    for (const Curve& c : curves) draw(axes, "class", c, legend[1].colour, kClassStroke);
    draw(axes, "mean", mean, style.colour, kMeanStroke);
    f.panels.push_back(
        {std::move(axes.drawing), fmt::format("{} curves of the {}: {} over {} classes.", kind.name,
                                              system_title(s), number, curves.size())});
  }
  return f;
}

Panel mean_panel(std::span<const EvaluatedSystem> systems, const CurveKind& kind) {
  std::vector<LegendEntry> legend;
  std::vector<Curve> means;
  std::string alternative = fmt::format("Mean {} curves:", kind.name);
  for (const EvaluatedSystem& s : systems) {
    means.push_back(mean_curve(curves_of(s, kind)));
    const SystemStyle style = system_style(s.role);
    const std::string entry = fmt::format("{} {:.3f}", s.role, area(means.back()));
    legend.push_back({entry, style.colour, style.dashes});
    alternative += " " + entry + ";";
  }
  Axes axes = unit_square(fmt::format("{}, mean of the classes ({})", kind.name, kind.area_name),
                          kind, legend);
  for (std::size_t i = 0; i < systems.size(); ++i)
    draw(axes, "mean", means[i], legend[i].colour, kMeanStroke, legend[i].dashes);
  alternative.back() = '.';
  return {std::move(axes.drawing), alternative};
}

/// The reliability curve above, the counts below, on one axis of probabilities.
Panel calibration_panel(const EvaluatedSystem& system) {
  const Evaluation& e = system.evaluation;
  const auto probability = probabilities(e.predictions, e.decision);
  const auto bins = reliability_bins(probability, e.predictions.label);
  const double error = expected_calibration_error(probability, e.predictions.label);
  const SystemStyle style = system_style(system.role);
  const std::array<LegendEntry, 2> legend = {
      LegendEntry{fmt::format("ECE {:.4f}", error), style.colour},
      LegendEntry{"perfectly calibrated", kSoft, {0.8, 0.8}}};
  Axes above(fmt::format("Calibration of the {}", system_title(system)), kPanelWidth, 78,
             {"", 0, 1, {}, {}}, {"share that is true", 0, 1, {}, {}, kCountsRoom}, legend);
  above.polyline("ideal", std::array{Point{0, 0}, Point{1, 1}}, kSoft, 0.25, {0.8, 0.8});
  double most = 10;
  std::vector<Point> curve;
  Dots dots{{}, 0.8, style.colour};
  for (const ReliabilityBin& b : bins) {
    if (b.records == 0) continue;
    most = std::max(most, static_cast<double>(b.records));
    curve.push_back(
        {b.mean_probability, static_cast<double>(b.positives) / static_cast<double>(b.records)});
    dots.centres.push_back(above.at(curve.back().x, curve.back().y));
  }
  above.polyline("reliability", curve, style.colour, 0.4);
  above.drawing.add("reliability", std::move(dots));

  Axis decades{"findings", 0, std::ceil(std::log10(most)), {}, {}, kCountsRoom};
  for (int d = 0; d <= static_cast<int>(decades.high); ++d) {
    decades.ticks.push_back(d);
    decades.tick_texts.push_back(d < 4 ? fmt::format("{:.0f}", std::pow(10, d))
                                       : fmt::format("{:.0f}k", std::pow(10, d - 3)));
  }
  Axes below("", kPanelWidth, 34, {"predicted probability", 0, 1, {}, {}}, decades);
  const double bin = below.width() / static_cast<double>(bins.size());
  for (std::size_t k = 0; k < bins.size(); ++k) {
    if (bins[k].records == 0) continue;
    // One finding is a bar that can still be seen.
    const double top =
        std::min(below.to_y(std::log10(static_cast<double>(bins[k].records))), below.to_y(0) - 0.4);
    below.drawing.add(
        "count", rectangle({below.corner().x + static_cast<double>(k) * bin + 0.2, top}, bin - 0.4,
                           below.to_y(0) - top, style.colour));
  }
  Panel panel{std::move(above.drawing),
              fmt::format("Reliability curve of the {}: expected calibration error {:.4f}.",
                          system_title(system), error)};
  panel.drawing.place(below.drawing, {0, panel.drawing.height});
  panel.drawing.height += below.drawing.height;
  return panel;
}

}  // namespace

PanelFigure mean_curves_figure(std::span<const EvaluatedSystem> systems) {
  return {"systems",
          {mean_panel(systems, kRoc), mean_panel(systems, kPrecisionRecall)},
          "ROC and precision-recall curves of each system, averaged over the classes that have "
          "positives and negatives: at each false positive rate the mean sensitivity, at each "
          "recall the mean precision. The area under a mean curve is the reported macro AUC or "
          "MAP. Beside them the macro numbers, the Challenge score among them, with their "
          "intervals."};
}

PanelFigure roc_figure(std::span<const EvaluatedSystem> systems) {
  PanelFigure f = class_figure(systems, kRoc);
  f.caption =
      "ROC curves of the logits; the area under each line is the class's AUC, that under the "
      "thick one their mean. Dotted: chance.";
  return f;
}

PanelFigure precision_recall_figure(std::span<const EvaluatedSystem> systems) {
  PanelFigure f = class_figure(systems, kPrecisionRecall);
  f.caption =
      "Precision-recall curves of the logits, as steps: the area under each is the class's "
      "average precision, that under the thick one the MAP. Chance is the class's prevalence, "
      "so rare classes lie lower.";
  return f;
}

PanelFigure calibration_figure(std::span<const EvaluatedSystem> systems) {
  PanelFigure f{"calibration", {}, {}};
  for (const EvaluatedSystem& s : systems) f.panels.push_back(calibration_panel(s));
  f.caption =
      "Each finding (a recording and a class, all classes pooled) by its calibrated "
      "probability, in 15 equal bins. Above: the mean probability of a bin against the share "
      "of its findings that are true. Below: how many findings each bin holds, on a "
      "logarithmic scale. ECE: mean distance of the two, over findings. The calibration was "
      "learned on the validation split.";
  return f;
}

}  // namespace liteheart
