#include "report/confusion_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "eval/columns.h"
#include "eval/decision.h"
#include "eval/found_instead.h"
#include "eval/report_format.h"
#include "report/axes.h"

namespace liteheart {
namespace {

constexpr Colour kRight = colour(0x08519C), kWrong = colour(0xA63603);  // at a share of 1
constexpr double kLabels = 15;  // width of the classes' names

/// From white for 0 to `full` for 1.
Colour shade(const Colour& full, double share) {
  const double s = std::clamp(share, 0.0, 1.0);
  return {1 + (full.red - 1) * s, 1 + (full.green - 1) * s, 1 + (full.blue - 1) * s};
}

Colour on_shade(double share) { return share > 0.55 ? colour(0xFFFFFF) : kInk; }

void write(Drawing& d, const std::string& role, Point at, const std::string& text, Anchor anchor,
           const Colour& colour, double width = 0, double turn = 0, bool bold = false) {
  d.add(role, Text{.at = at,
                   .text = text,
                   .size = kSmallText,
                   .colour = colour,
                   .anchor = anchor,
                   .bold = bold,
                   .width = width,
                   .turn = turn});
}

struct Decisions {
  std::vector<std::uint8_t> decided;
  Columns<std::uint8_t> label, decided_of;
};

Decisions decisions(const Evaluation& e) {
  Decisions d;
  d.decided = decide(probabilities(e.predictions, e.decision), e.decision);
  d.label = columns(e.predictions.label, e.predictions.classes);
  d.decided_of = columns(d.decided, e.predictions.classes);
  return d;
}

std::optional<double> share(double part, double rest) {
  return part + rest > 0 ? std::optional(part / (part + rest)) : std::nullopt;
}

Panel confusion_panel(const EvaluatedSystem& system) {
  constexpr double kRow = 4, kCount = 9.2, kRate = 8.4;
  const Evaluation& e = system.evaluation;
  const Decisions d = decisions(e);
  Drawing out = titled_panel(fmt::format("Decisions of the {}", system_title(system)), kPanelWidth);
  const double head = 10;
  double x = kLabels;
  for (const char* name : {"TP", "FN", "FP", "TN"}) {
    write(out, "head", {x + kCount - 1, head}, name, Anchor::kEnd, kSoft, 0, 0, true);
    x += kCount;
  }
  for (const char* name : {"sens.", "spec.", "PPV", "NPV"}) {
    write(out, "head", {x + kRate / 2, head}, name, Anchor::kMiddle, kSoft, 0, 0, true);
    x += kRate;
  }
  const std::vector<std::uint32_t> once(e.predictions.records, 1);
  double y = head + 1.2;
  for (std::size_t c = 0; c < e.predictions.classes; ++c, y += kRow) {
    const Confusion n = confusion(d.label.of(c), d.decided_of.of(c), once);
    const double baseline = y + kRow / 2 + kSmallText * 0.36;
    write(out, "class", {kLabels - 1, baseline}, short_name(e.report.classes[c].diagnosis),
          Anchor::kEnd, kInk);
    x = kLabels;
    for (const double count : {n.tp, n.fn, n.fp, n.tn}) {
      write(out, "count", {x + kCount - 1, baseline}, fmt::format("{:.0f}", count), Anchor::kEnd,
            kInk);
      x += kCount;
    }
    for (const auto& rate :
         {share(n.tp, n.fn), share(n.tn, n.fp), share(n.tp, n.fp), share(n.tn, n.fn)}) {
      if (rate)
        out.add("rate",
                rectangle({x + 0.15, y + 0.15}, kRate - 0.3, kRow - 0.3, shade(kRight, *rate)));
      write(out, "rate", {x + kRate / 2, baseline},
            rate ? fmt::format("{:.0f} %", 100 * *rate) : "-", Anchor::kMiddle,
            rate ? on_shade(*rate) : kSoft);
      x += kRate;
    }
  }
  out.height = y + 1;
  return {std::move(out),
          fmt::format("Counts of true and false positives and negatives of the {}, with "
                      "sensitivity, specificity and predictive values of each class.",
                      system_title(system))};
}

Panel found_instead_panel(const EvaluatedSystem& system) {
  const Evaluation& e = system.evaluation;
  const auto& classes = e.report.classes;
  const FoundInstead found =
      found_instead({e.predictions.classes, e.predictions.label}, decisions(e).decided);
  const double names = kLabels + 8, across = kPanelWidth - names - 1;
  const double side =
      std::clamp(across / static_cast<double>(found.classes), kSmallText * 1.25, 9.0);
  const double whole = side * static_cast<double>(found.classes);
  Drawing out = titled_panel(fmt::format("Found by the {}", system_title(system)),
                             std::max(kPanelWidth, names + whole + 1));
  // The columns' names stand upright above them.
  const double top = 8 + kLabels;
  for (std::size_t c = 0; c < found.classes; ++c)
    write(out, "found",
          {names + (static_cast<double>(c) + 0.5) * side + kSmallText * 0.36, top - 1},
          short_name(classes[c].diagnosis), Anchor::kStart, kInk, 0, -90);
  write(out, "head", {names, 7.2}, "found class", Anchor::kStart, kSoft);
  write(out, "head", {names - 1, top - 1}, "true class", Anchor::kEnd, kSoft);
  for (std::size_t t = 0; t < found.classes; ++t) {
    const double y = top + static_cast<double>(t) * side;
    const double baseline = y + side / 2 + kSmallText * 0.36;
    write(out, "true", {names - 1, baseline},
          fmt::format("{} ({})", short_name(classes[t].diagnosis), found.records[t]), Anchor::kEnd,
          kInk);
    for (std::size_t c = 0; c < found.classes; ++c) {
      const double s = found.at(t, c), x = names + static_cast<double>(c) * side;
      // Errors of half the recordings are already as dark as can be.
      const double depth = c == t ? s : 2 * s;
      out.add("cell", rectangle({x + 0.1, y + 0.1}, side - 0.2, side - 0.2,
                                found.records[t] ? shade(c == t ? kRight : kWrong, depth) : kGrid));
      if (side >= 5 && found.records[t] && s >= 0.005)
        write(out, "share", {x + side / 2, baseline}, fmt::format("{:.0f}", 100 * s),
              Anchor::kMiddle, on_shade(depth));
    }
  }
  out.height = top + whole + 1;
  return {
      std::move(out),
      fmt::format("For each class, in which share of its recordings the {} finds it, and in which "
                  "it finds another class that is not there.",
                  system_title(system))};
}

}  // namespace

PanelFigure confusion_figure(std::span<const EvaluatedSystem> systems) {
  PanelFigure f{"confusion", {}, {}};
  for (const EvaluatedSystem& s : systems) f.panels.push_back(confusion_panel(s));
  f.caption =
      "Recordings by truth and decision: true positives, false negatives, false positives, "
      "true negatives; sensitivity TP / (TP + FN), specificity TN / (TN + FP), positive "
      "predictive value TP / (TP + FP), negative predictive value TN / (TN + FN), the darker "
      "the higher. A class is found where its calibrated probability reaches the threshold, "
      "which was learned on the validation split for F-beta 2: it prefers a false alarm to a "
      "miss.";
  return f;
}

PanelFigure found_instead_figure(std::span<const EvaluatedSystem> systems) {
  PanelFigure f{"found_instead", {}, {}};
  for (const EvaluatedSystem& s : systems) f.panels.push_back(found_instead_panel(s));
  f.caption =
      "A row a true class, with its recordings in brackets. Blue: the share of them, in %, in "
      "which it is found. Orange: the share in which the column's class is found though it is "
      "not there; full colour from 50 % on. Diagnoses that a recording truly has beside each "
      "other do not count.";
  return f;
}

}  // namespace liteheart
