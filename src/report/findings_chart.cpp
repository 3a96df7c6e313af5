#include "report/findings_chart.h"

#include <fmt/format.h>

#include "report/paper_style.h"

namespace liteheart {
namespace {

// Narrow enough for a phone at its true size.
constexpr double kWidth = 96, kRow = 10.5, kBar = 3;

}  // namespace

Drawing draw_findings(const std::vector<ChartRow>& rows) {
  Drawing to;
  to.width = kWidth;
  to.height = kRow * static_cast<double>(rows.size()) + 5;
  to.title = "Findings";
  double y = 0;
  for (const ChartRow& row : rows) {
    const Colour bar = !row.present ? colour(0x9AA5B1)
                       : row.normal ? style::kFine
                       : row.likely ? style::kAlarm
                                    : style::kDoubt;
    to.add("finding", Text{{0, y + 4},
                           row.name,
                           3.2,
                           row.present ? style::kInk : style::kSoft,
                           Anchor::kStart,
                           row.present,
                           false,
                           kWidth - 16});
    to.add("probability", Text{{kWidth, y + 4},
                               fmt::format("{:.0f} %", 100 * row.probability),
                               3.2,
                               row.present ? style::kInk : style::kSoft,
                               Anchor::kEnd,
                               row.present});
    const double top = y + 5.4;
    to.add("scale", rectangle({0, top}, kWidth, kBar, colour(0xEEF1F4)));
    to.add("bar", rectangle({0, top}, kWidth * row.probability, kBar, bar));
    if (row.low && row.high)
      to.add("steadiness", line({kWidth * *row.low, top + kBar / 2},
                                {kWidth * *row.high, top + kBar / 2}, style::kInk, 0.45));
    to.add("threshold", line({kWidth * row.threshold, top - 0.7},
                             {kWidth * row.threshold, top + kBar + 0.7}, style::kInk, 0.5));
    y += kRow;
  }
  for (const int share : {0, 50, 100})
    to.add("percent", Text{{kWidth * share / 100, y + 3},
                           fmt::format("{} %", share),
                           2.5,
                           style::kSoft,
                           share == 0     ? Anchor::kStart
                           : share == 100 ? Anchor::kEnd
                                          : Anchor::kMiddle});
  return to;
}

std::string findings_in_words(const std::vector<ChartRow>& rows) {
  std::string words;
  for (const ChartRow& row : rows)
    words += fmt::format("{}{}: {:.0f} %, threshold {:.0f} %{}", words.empty() ? "" : "; ",
                         row.name, 100 * row.probability, 100 * row.threshold,
                         row.likely    ? ", found"
                         : row.present ? ", possible"
                                       : "");
  return words + ".";
}

}  // namespace liteheart
