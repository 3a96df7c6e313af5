#include "report/page.h"

#include <utility>

#include "eval/report.h"
#include "report/paper_style.h"

namespace liteheart {

Drawing blank_page(std::string title, const PaperSize& paper) {
  Drawing page;
  page.width = paper.width;
  page.height = paper.height;
  page.title = std::move(title);
  return page;
}

void add_footer(Drawing& page, const std::string& count) {
  constexpr double kFooter = 6, kSize = 2.6, kCount = 50;
  const double left = left_of({page.width, page.height}), y = page.height - kFooter;
  page.add("disclaimer", Text{.at = {left, y},
                              .text = std::string(kDisclaimer),
                              .size = kSize,
                              .colour = style::kSoft,
                              .width = kStripsWidth - (count.empty() ? 0 : kCount)});
  if (!count.empty())
    page.add("page", Text{.at = {left + kStripsWidth, y},
                          .text = count,
                          .size = kSize,
                          .colour = style::kSoft,
                          .anchor = Anchor::kEnd});
}

}  // namespace liteheart
