#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/recording_facts.h"
#include "report/ecg_paper.h"
#include "report/overview.h"
#include "report/paper_style.h"

namespace liteheart {
namespace {

constexpr double kTop = 9, kLine = 4.6;  // mm
constexpr double kHeader = kTop + 3 * kLine;
constexpr int kSingleRows = 5;

/// Who, when and by what.
void add_header(Drawing& page, const Recording& r) {
  const double left = left_of({page.width, page.height});
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
                            kStripsWidth});
    y += kLine;
  };
  say(r.name.empty() ? r.format : r.name, 4, true);
  say(patient_text(r), 3, false);
  std::string origin = r.start.empty() ? "" : "recorded " + r.start;
  for (const std::string& part : {r.device, r.format})
    if (!part.empty()) origin += (origin.empty() ? "" : ", ") + part;
  say(origin, 3, false);
}

Drawing titled_page(const Recording& r, const PaperSize& paper) {
  Drawing page = blank_page(r.name.empty() ? "ECG" : r.name, paper);
  add_header(page, r);
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
  std::vector<Drawing> drawn;
  for (std::size_t i = 0; i < pages; ++i) {
    Drawing page = titled_page(r, paper);
    page.place(
        draw_strips(sheet, options, sheet.begin_s + static_cast<double>(i) * page_s, kSingleRows),
        {left_of(paper), kHeader});
    std::string count = pages > 1 ? fmt::format("page {} of {}", i + 1, pages) : "";
    if (i + 1 == pages && pages < wanted)
      count += fmt::format("; {:.0f} s more are not shown",
                           seconds - static_cast<double>(pages) * page_s);
    add_footer(page, count);
    drawn.push_back(std::move(page));
  }
  return drawn;
}

Drawing overview_page(RecordingStream& recording, std::size_t lead, const PaperSize& paper) {
  const Overview overview = overview_of(recording, lead);
  Drawing page = titled_page(recording.about(), paper);
  page.place(draw_overview(overview, {}), {left_of(paper), kHeader});
  add_footer(page, "");
  return page;
}

}  // namespace liteheart
