#include "report/embedding_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <future>

#include "eval/report_format.h"
#include "eval/tsne.h"
#include "report/axes.h"

namespace liteheart {
namespace {

constexpr std::size_t kColoured = 6;
constexpr double kSide = kPanelWidth - 2;
constexpr Colour kOther = colour(0xB9C0C7);

/// The classes that get a colour, the most frequent first.
std::vector<std::size_t> frequent_classes(const Report& report) {
  std::vector<std::size_t> order;
  for (std::size_t c = 0; c < report.classes.size(); ++c)
    if (report.classes[c].positives > 0) order.push_back(c);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return report.classes[a].positives > report.classes[b].positives;
  });
  order.resize(std::min(order.size(), kColoured));
  return order;
}

/// For each embedded recording, the rarest of `classes` that it has; classes.size() for none.
std::vector<std::size_t> kinds(const Evaluation& e, const std::vector<std::size_t>& classes) {
  std::vector<std::size_t> kind;
  for (const std::size_t place : e.samples->embedded) {
    std::size_t k = classes.size();
    for (std::size_t i = 0; i < classes.size(); ++i)
      if (e.predictions.label[place * e.predictions.classes + classes[i]]) k = i;
    kind.push_back(k);
  }
  return kind;
}

Panel embedding_panel(const EvaluatedSystem& system, const PlanePoints& plane,
                      const std::vector<LegendEntry>& entries,
                      const std::vector<std::size_t>& kind) {
  const std::string title = fmt::format("Embeddings of the {}", system_title(system));
  Drawing out = titled_panel(title, kPanelWidth);
  const Drawing keys = legend(entries, out.width - 1);
  double top = kTitleRoom;
  out.place(keys, {0.5, top});
  top += keys.height + 1;
  std::array<double, 2> low = {INFINITY, INFINITY}, high = {-INFINITY, -INFINITY};
  for (const auto& y : plane) {
    for (std::size_t k = 0; k < 2; ++k) {
      low[k] = std::min(low[k], y[k]);
      high[k] = std::max(high[k], y[k]);
    }
  }
  const double scale = (kSide - 3) / std::max({high[0] - low[0], high[1] - low[1], 1e-9});
  const Point centre{1 + kSide / 2, top + kSide / 2};
  std::vector<Dots> dots;
  dots.reserve(entries.size());
  for (const LegendEntry& e : entries) dots.push_back({{}, 0.75, e.colour});
  for (std::size_t i = 0; i < plane.size(); ++i)
    dots[kind[i]].centres.push_back({centre.x + (plane[i][0] - (low[0] + high[0]) / 2) * scale,
                                     centre.y + (plane[i][1] - (low[1] + high[1]) / 2) * scale});
  out.add(
      "frame",
      Lines{{{{1, top}, {1 + kSide, top}, {1 + kSide, top + kSide}, {1, top + kSide}, {1, top}}},
            kGrid,
            0.3,
            {}});
  // The grey ones first, the rarest on top.
  std::rotate(dots.begin(), dots.end() - 1, dots.end());
  for (Dots& d : dots)
    if (!d.centres.empty()) out.add("recording", std::move(d));
  out.height = top + kSide + 1;
  return {std::move(out), fmt::format("t-SNE map of {} recordings by the features of the {}.",
                                      plane.size(), system_title(system))};
}

}  // namespace

PanelFigure embedding_figure(std::span<const EvaluatedSystem> systems, std::uint64_t seed) {
  const Evaluation& last = systems.back().evaluation;
  const auto classes = frequent_classes(last.report);
  std::vector<LegendEntry> entries;
  entries.reserve(classes.size() + 1);
  for (const std::size_t c : classes)
    entries.push_back(
        {short_name(last.report.classes[c].diagnosis), kPalette[entries.size()], {}, true});
  entries.push_back({"others", kOther, {}, true});

  TsneOptions options;
  options.seed = seed;
  std::vector<std::future<PlanePoints>> planes;
  for (const EvaluatedSystem& s : systems)
    planes.push_back(std::async(std::launch::async, [&samples = *s.evaluation.samples, &options] {
      return tsne(samples.embedding, samples.width, options);
    }));
  PanelFigure f{"embeddings", {}, {}};
  for (std::size_t i = 0; i < systems.size(); ++i)
    f.panels.push_back(embedding_panel(systems[i], planes[i].get(), entries,
                                       kinds(systems[i].evaluation, classes)));
  f.caption = fmt::format(
      "The features that each backbone hands to its classes, of the same {} recordings{}, "
      "placed by exact t-SNE (perplexity {:g}, {} iterations, from the principal axes). "
      "Coloured by the {} most frequent classes; a recording with several of them shows the "
      "rarest. Near means alike; sizes of clusters, distances between them and directions mean "
      "nothing.",
      last.samples->embedded.size(),
      last.samples->embedded.size() < last.predictions.records
          ? fmt::format(", evenly spread over all {}", last.predictions.records)
          : "",
      options.perplexity, options.iterations, classes.size());
  return f;
}

}  // namespace liteheart
