#include "report/training_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ecg/error.h"
#include "report/axes.h"
#include "report/html.h"

namespace liteheart {
namespace {

std::optional<LoggedEpoch> epoch_of(const nlohmann::json& line) {
  try {
    if (!line.is_object() || !line.contains("epoch")) return std::nullopt;
    return LoggedEpoch{line.at("epoch"),          line.at("losses"),
                       line.at("validation_map"), line.at("validation_auc"),
                       line.at("best"),           line.value("step", std::uint64_t{0}),
                       line.value("seconds", 0.0)};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

Axis epoch_axis(const std::vector<LoggedEpoch>& epochs) {
  const double last = epochs.back().epoch;
  Axis axis{"epoch", 0, std::max(last, 2.0), {}, {}};
  for (const double t : nice_ticks(axis.low, axis.high, 8))
    if (t == std::round(t)) axis.ticks.push_back(t);
  return axis;
}

/// The last epoch that was the best so far: the one that was kept.
const LoggedEpoch* kept(const std::vector<LoggedEpoch>& epochs) {
  const auto at =
      std::find_if(epochs.rbegin(), epochs.rend(), [](const LoggedEpoch& e) { return e.best; });
  return at == epochs.rend() ? nullptr : &*at;
}

void mark_kept(Axes& axes, const LoggedEpoch* best, double low, double high) {
  if (best == nullptr) return;
  const double x = best->epoch;
  axes.polyline("kept", std::array{Point{x, low}, Point{x, high}}, kSoft, 0.25, {0.8, 0.8});
}

}  // namespace

std::vector<LoggedEpoch> read_training_log(const std::filesystem::path& folder) {
  std::vector<LoggedEpoch> epochs;
  std::ifstream in(folder / "log.jsonl");
  for (std::string line; std::getline(in, line);)
    if (auto e = epoch_of(nlohmann::json::parse(line, nullptr, false)))
      epochs.push_back(std::move(*e));
  std::stable_sort(epochs.begin(), epochs.end(),
                   [](const LoggedEpoch& a, const LoggedEpoch& b) { return a.epoch < b.epoch; });
  return epochs;
}

Panel losses_panel(const std::string& title, const std::vector<LoggedEpoch>& epochs) {
  std::map<std::string, std::vector<Point>> curves;
  double low = 0, high = 0;
  for (const LoggedEpoch& e : epochs) {
    for (const auto& [name, value] : e.losses) {
      if (!std::isfinite(value)) continue;
      curves[name].push_back({static_cast<double>(e.epoch), value});
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  // A single part is the total.
  if (curves.size() == 2 && curves.contains("total")) curves.erase("total");
  std::vector<LegendEntry> legend;
  for (const auto& [name, points] : curves) {
    // More parts than colours repeat them, dashed.
    const std::size_t i = legend.size();
    const bool total = name == "total";
    std::string words = name;
    std::replace(words.begin(), words.end(), '_', ' ');
    legend.push_back(
        {words, total ? kInk : kPalette[i % (kPalette.size() - 1)],
         i < kPalette.size() - 1 || total ? std::vector<double>{} : std::vector<double>{1.2, 0.9}});
  }
  Axes axes(title + ": losses", kPanelWidth, 76, epoch_axis(epochs),
            {"mean over the epoch", low * 1.05, high * 1.05, {}, {}}, legend);
  mark_kept(axes, kept(epochs), low * 1.05, high * 1.05);
  std::size_t i = 0;
  for (const auto& [name, points] : curves) {
    axes.polyline(name, points, legend[i].colour, name == "total" ? 0.6 : 0.4, legend[i].dashes);
    if (points.size() == 1)
      axes.drawing.add(name, Dots{{axes.at(points[0].x, points[0].y)}, 0.7, legend[i].colour});
    ++i;
  }
  return {std::move(axes.drawing),
          fmt::format("Losses of {} over {} epochs.", title, epochs.size())};
}

Panel validation_panel(const std::string& title, const std::vector<LoggedEpoch>& epochs) {
  const LoggedEpoch* const best = kept(epochs);
  const std::array<LegendEntry, 2> legend = {
      LegendEntry{best ? fmt::format("MAP, best {:.3f}", best->map) : "MAP", kPalette[0]},
      LegendEntry{best ? fmt::format("macro AUC, there {:.3f}", best->auc) : "macro AUC",
                  kPalette[3],
                  {1.6, 1.2}}};
  Axes axes(title + ": validation", kPanelWidth, 76, epoch_axis(epochs),
            {"on validation", 0, 1, {}, {}}, legend);
  mark_kept(axes, best, 0, 1);
  std::array<std::vector<Point>, 2> curves;
  for (const LoggedEpoch& e : epochs) {
    curves[0].push_back({static_cast<double>(e.epoch), e.map});
    curves[1].push_back({static_cast<double>(e.epoch), e.auc});
  }
  for (std::size_t i = 0; i < 2; ++i) {
    axes.polyline("validation", curves[i], legend[i].colour, 0.5, legend[i].dashes);
    Dots dots{{}, 0.6, legend[i].colour};
    for (const Point& p : curves[i]) dots.centres.push_back(axes.at(p.x, p.y));
    axes.drawing.add("validation", std::move(dots));
  }
  return {
      std::move(axes.drawing),
      best ? fmt::format("Validation of {}: best at epoch {} of {}, MAP {:.3f}, macro AUC {:.3f}.",
                         title, best->epoch, epochs.size(), best->map, best->auc)
           : fmt::format("Validation of {} over {} epochs.", title, epochs.size())};
}

std::string training_caption() {
  return "Losses: the mean over each epoch's training batches; the parts are unweighted, the total "
         "is "
         "the weighted sum that was minimized. Validation: MAP and macro AUC on the validation "
         "split "
         "after each epoch. The dotted line is the epoch whose weights were kept, that of the best "
         "MAP.";
}

std::string training_page(const std::string& title, const std::filesystem::path& folder) {
  const auto epochs = read_training_log(folder);
  if (epochs.empty())
    throw Error((folder / "log.jsonl").string(), "holds no epoch", "train for one epoch at least");
  std::vector<std::vector<std::string>> rows = {
      {"epoch", "validation MAP", "validation AUC", "total loss"}};
  for (const LoggedEpoch& e : epochs) {
    const auto total = e.losses.find("total");
    rows.push_back({fmt::format("{}{}", e.epoch, e.best ? " *" : ""), fmt::format("{:.4f}", e.map),
                    fmt::format("{:.4f}", e.auc),
                    total == e.losses.end() ? "-" : fmt::format("{:.4f}", total->second)});
  }
  const PanelFigure f{"training",
                      {losses_panel(title, epochs), validation_panel(title, epochs)},
                      training_caption()};
  return html_page("Training of " + title,
                   fmt::format("<h1>Training of {}</h1>\n{}<h2>Epochs</h2>\n{}"
                               "<p class=\"soft\">* the best so far</p>\n",
                               escaped(title), to_html(f), table(rows)));
}

}  // namespace liteheart
