#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/recording_facts.h"
#include "eval/report.h"
#include "report/ecg_paper.h"
#include "report/overview.h"
#include "report/paper_style.h"

namespace liteheart {
namespace {

constexpr double kTop = 9, kLine = 4.6, kFooter = 6;  // mm
constexpr double kHeader = kTop + 3 * kLine;
constexpr int kSingleRows = 5;

/// Who, when and by what.
void add_header(Drawing& page, const Recording& r, double left, double right) {
  double y = kTop;
  const auto say = [&](const std::string& text, double size, bool bold) {
    if (text.empty()) return;
    page.add("header", Text{{left, y},
                            text,
                            size,
                            bold ? style::kInk : style::kSoft,
                            Anchor::kStart,
                            bold,
                            false,
                            right - left});
    y += kLine;
  };
  say(r.name.empty() ? r.format : r.name, 4, true);
  say(patient_text(r), 3, false);
  std::string origin = r.start.empty() ? "" : "recorded " + r.start;
  for (const std::string& part : {r.device, r.format})
    if (!part.empty()) origin += (origin.empty() ? "" : ", ") + part;
  say(origin, 3, false);
}

void add_footer(Drawing& page, double left, double right, const std::string& count) {
  const double y = page.height - kFooter;
  const double pages = count.empty() ? 0 : 50;
  page.add("disclaimer", Text{{left, y},
                              std::string(kDisclaimer),
                              2.6,
                              style::kSoft,
                              Anchor::kStart,
                              false,
                              false,
                              right - left - pages});
  if (!count.empty()) page.add("page", Text{{right, y}, count, 2.6, style::kSoft, Anchor::kEnd});
}

Drawing new_page(const Recording& r, const PaperSize& paper) {
  Drawing page;
  page.width = paper.width;
  page.height = paper.height;
  page.title = r.name.empty() ? "ECG" : r.name;
  return page;
}

}  // namespace

std::vector<Drawing> ecg_pages(const Sheet& sheet, const PaperOptions& options,
                               const PaperSize& paper, std::size_t most) {
  const Recording& r = sheet.recording;
  const double page_s = shown_seconds(sheet, options, kSingleRows),
               seconds = static_cast<double>(r.samples) / r.rate_hz;
  // What is a sample or two longer than the paper does not get a page of its own.
  const auto wanted = static_cast<std::size_t>(std::max(1.0, std::ceil(seconds / page_s - 0.01)));
  const std::size_t pages = std::clamp<std::size_t>(wanted, 1, std::max<std::size_t>(most, 1));
  const double left = (paper.width - kStripsWidth) / 2, right = left + kStripsWidth;
  std::vector<Drawing> drawn;
  for (std::size_t i = 0; i < pages; ++i) {
    Drawing page = new_page(r, paper);
    add_header(page, r, left, right);
    page.place(
        draw_strips(sheet, options, sheet.begin_s + static_cast<double>(i) * page_s, kSingleRows),
        {left, kHeader});
    std::string count = pages > 1 ? fmt::format("page {} of {}", i + 1, pages) : "";
    if (i + 1 == pages && pages < wanted)
      count += fmt::format("; {:.0f} s more are not shown",
                           seconds - static_cast<double>(pages) * page_s);
    add_footer(page, left, right, count);
    drawn.push_back(std::move(page));
  }
  return drawn;
}

Drawing overview_page(RecordingStream& recording, std::size_t lead, const PaperSize& paper) {
  const double left = (paper.width - kStripsWidth) / 2, right = left + kStripsWidth;
  const Overview overview = overview_of(recording, lead);
  Drawing page = new_page(recording.about(), paper);
  add_header(page, recording.about(), left, right);
  page.place(draw_overview(overview, {}), {left, kHeader});
  add_footer(page, left, right, "");
  return page;
}

}  // namespace liteheart
