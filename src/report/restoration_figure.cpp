#include "report/restoration_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "ecg/leads.h"
#include "report/axes.h"

namespace liteheart {
namespace {

// Three fifths of 25 mm/s and 10 mm/mV.
constexpr double kMmPerSecond = 15, kMmPerMillivolt = 6, kMmPerDeviation = 3;
constexpr double kSquare = 3;     // mm: 0.2 s, 0.5 mV
constexpr double kSeconds = 2.6;  // of each lead
constexpr double kColumn = kSeconds * kMmPerSecond, kGap = 4;
constexpr std::size_t kRows = kLeads / 2;
constexpr Colour kTruth = colour(0x8A939C), kPaper = colour(0xF3DADA);

struct Strip {
  std::span<const float> truth, restored;
};

/// Up and down from zero, the extremes of both, mm.
std::pair<double, double> extent(const Strip& strip, double mm_per_unit) {
  float low = 0, high = 0;
  for (const auto values : {strip.truth, strip.restored}) {
    for (const float v : values) {
      low = std::min(low, v);
      high = std::max(high, v);
    }
  }
  return {std::min(high * mm_per_unit, 18.0), std::min(-low * mm_per_unit, 18.0)};
}

void draw(Drawing& out, const std::string& role, std::span<const float> values, Point zero,
          double rate_hz, double mm_per_unit, double up, double down, const Colour& colour,
          double stroke) {
  std::vector<Point> line;
  for (std::size_t i = 0; i < values.size(); ++i)
    line.push_back({zero.x + static_cast<double>(i) / rate_hz * kMmPerSecond,
                    zero.y - std::clamp(values[i] * mm_per_unit, -down, up)});
  out.add(role, Lines{{std::move(line)}, colour, stroke, {}});
}

Panel example_panel(const std::string& title, const RestorationExample& e, const ModelCard& card) {
  const bool in_mv = card.conditioning.normalization == edge::Normalization::kFixedGain;
  const double scale = in_mv ? kMmPerMillivolt : kMmPerDeviation, rate = card.conditioning.rate_hz;
  const auto shown = std::min(e.samples, static_cast<std::size_t>(kSeconds * rate));
  const std::array<LegendEntry, 2> keys = {LegendEntry{"measured", kTruth, {}, false},
                                           LegendEntry{"restored", kPalette[3], {}, false}};
  Drawing out = titled_panel(title, 2 * kColumn + kGap + 4);
  out.place(legend(keys, out.width), {0.5, kTitleRoom});
  double y = 12;
  for (std::size_t row = 0; row < kRows; ++row) {
    std::array<Strip, 2> strips;
    double up = kSquare, down = kSquare;
    for (std::size_t column = 0; column < 2; ++column) {
      const std::size_t from = (row + column * kRows) * e.samples;
      strips[column] = {std::span(e.truth).subspan(from, shown),
                        std::span(e.restored).subspan(from, shown)};
      const auto [above, below] = extent(strips[column], scale);
      up = std::max(up, above);
      down = std::max(down, below);
    }
    // Whole squares.
    up = std::ceil(up / kSquare) * kSquare;
    down = std::ceil(down / kSquare) * kSquare;
    const double zero = y + kSmallText + 1.2 + up;
    for (std::size_t column = 0; column < 2; ++column) {
      const std::size_t lead = row + column * kRows;
      const double x = 1 + static_cast<double>(column) * (kColumn + kGap);
      const bool given = std::find(card.leads.begin(), card.leads.end(), static_cast<int>(lead)) !=
                         card.leads.end();
      const auto& r = e.leads[lead];
      const std::string text = fmt::format("{}  {}", kLeadNames[lead],
                                           given ? "given"
                                           : r   ? fmt::format("r {:.2f}", *r)
                                                 : "flat");
      out.add("lead",
              Text{.at = {x, y + kSmallText}, .text = text, .size = kSmallText, .colour = kInk});
      Lines grid{{}, kPaper, 0.15, {}};
      for (double s = 0; s <= kSeconds + 1e-9; s += 0.2)
        grid.lines.push_back(
            {{x + s * kMmPerSecond, zero - up}, {x + s * kMmPerSecond, zero + down}});
      for (double v = -down / kSquare; v <= up / kSquare; ++v)
        grid.lines.push_back({{x, zero - v * kSquare}, {x + kColumn, zero - v * kSquare}});
      out.add("paper", std::move(grid));
      draw(out, "truth", strips[column].truth, {x, zero}, rate, scale, up, down, kTruth, 0.5);
      draw(out, "restored", strips[column].restored, {x, zero}, rate, scale, up, down, kPalette[3],
           0.25);
    }
    y = zero + down + 1.8;
  }
  out.height = y + 1;
  return {std::move(out), title + ": twelve leads, measured and restored."};
}

}  // namespace

PanelFigure restoration_figure(const EvaluatedSystem& system) {
  const auto& examples = system.evaluation.samples->restored;
  const ModelCard& card = system.evaluation.card;
  PanelFigure f{"restoration_" + system.role, {}, {}};
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const char* const place = i == 0 ? "Best" : i + 1 == examples.size() ? "Worst" : "Median";
    f.panels.push_back(example_panel(
        fmt::format("{}: {}, mean r {:.3f}", place, examples[i].record, examples[i].pearson),
        examples[i], card));
  }
  const bool in_mv = card.conditioning.normalization == edge::Normalization::kFixedGain;
  f.caption = fmt::format(
      "Leads restored by the {} (coloured) over the measured ones (grey), both conditioned to "
      "{:g}-{:g} Hz: the recordings with the best, the median and the worst mean Pearson "
      "correlation of the leads that were not given to it. The first {:g} s of each lead; a "
      "square is 0.2 s by {}, as on ECG paper; r is that of the whole recording.",
      system_title(system), card.conditioning.low_hz, card.conditioning.high_hz, kSeconds,
      in_mv ? "0.5 mV" : "one standard deviation of the lead");
  return f;
}

}  // namespace liteheart
