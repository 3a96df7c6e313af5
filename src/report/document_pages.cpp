#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "report/document.h"
#include "report/paint.h"
#include "report/paper_style.h"

namespace liteheart {
namespace {

constexpr double kTop = 10, kBottom = 12, kBody = 3.2, kGap = 1.6, kLeading = 1.35;

/// Fills pages from above.
class PageWriter {
 public:
  PageWriter(const Document& document, const PaperSize& paper)
      : title_(document.title), paper_(paper), left_(left_of(paper)) {
    new_page();
  }

  /// A heading stays with the figure or the lines that follow it.
  void keep_together(std::span<const Block> rest) {
    if (!std::holds_alternative<Heading>(rest[0])) return;
    constexpr double kHeading = 10, kLines = 9, kSome = 16;
    double height = kHeading;
    for (const Block& block : rest.subspan(1)) {
      if (const auto* const f = std::get_if<Figure>(&block)) {
        const double whole = height + f->drawing.height + kLines;
        reserve(whole < paper_.height - kTop - kBottom ? whole : height);
        return;
      }
      if (std::holds_alternative<Heading>(block) || std::holds_alternative<Table>(block)) break;
      height += kLines;
    }
    reserve(height + kSome);
  }

  void operator()(const Heading& b) {
    const double size = b.level == 1 ? 6 : b.level == 2 ? 4.4 : 3.6;
    if (y_ > kTop) y_ += b.level == 1 ? 0 : 2.5;
    write({0, 0}, kStripsWidth, b.text, size, style::kInk, true);
    y_ += kGap;
  }
  void operator()(const Paragraph& b) {
    const bool boxed = b.tone == Tone::kNotice || b.tone == Tone::kAlarm;
    const double in = boxed ? 4 : 0;
    const double height = text_height(b.text, kStripsWidth - 2 * in, kBody) + (boxed ? 3 : 0);
    reserve(height);
    if (boxed) {
      const Colour edge = b.tone == Tone::kAlarm ? style::kAlarm : style::kDoubt;
      page().add("box", rectangle({left_, y_}, kStripsWidth, height,
                                  colour(b.tone == Tone::kAlarm ? 0xFDF0EF : 0xFFF8EA)));
      page().add("box", rectangle({left_, y_}, 1.2, height, edge));
      y_ += 1.5;
    }
    write({in, 0}, kStripsWidth - 2 * in, b.text, kBody,
          b.tone == Tone::kSoft ? style::kSoft : style::kInk, false);
    y_ += kGap + (boxed ? 1.5 : 0);
  }
  void operator()(const Bullets& b) {
    for (const std::string& item : b.items) {
      reserve(text_height(item, kStripsWidth - 5, kBody));
      page().add("bullet", Text{{left_ + 1.5, baseline(kBody)}, "\u2022", kBody, style::kInk});
      write({5, 0}, kStripsWidth - 5, item, kBody, style::kInk, false);
    }
    if (!b.items.empty()) y_ += kGap;
  }
  void operator()(const Facts& b) {
    for (const auto& [name, value] : b.rows) {
      if (value.empty()) continue;
      reserve(text_height(value, kStripsWidth - 42, kBody));
      page().add("fact", Text{{left_, baseline(kBody)},
                              name,
                              kBody,
                              style::kSoft,
                              Anchor::kStart,
                              false,
                              false,
                              40});
      write({42, 0}, kStripsWidth - 42, value, kBody, style::kInk, false);
    }
    y_ += kGap;
  }
  void operator()(const Table& b);
  void operator()(const Figure& b);

  std::vector<Drawing> finish() {
    for (std::size_t i = 0; i < pages_.size(); ++i)
      add_footer(pages_[i], fmt::format("page {} of {}", i + 1, pages_.size()));
    return std::move(pages_);
  }

 private:
  Drawing& page() { return pages_.back(); }
  double room() const { return paper_.height - kBottom - y_; }
  double baseline(double size) const { return y_ + size; }
  void new_page() {
    pages_.push_back(blank_page(title_, paper_));
    y_ = kTop;
  }
  void reserve(double height) {
    if (height > room() && y_ > kTop) new_page();
  }
  static Text paragraph(const std::string& text, double width, double size, bool bold) {
    constexpr int kMostLines = 40;
    return {{0, 0}, text, size, style::kInk, Anchor::kStart, bold, false, width, kMostLines};
  }
  static double text_height(const std::string& text, double width, double size) {
    return measure(paragraph(text, width, size, false)).height + size * (kLeading - 1.16);
  }
  void write(Point at, double width, const std::string& text, double size, const Colour& colour,
             bool bold) {
    Text t = paragraph(text, width, size, bold);
    t.at = {left_ + at.x, baseline(size) + at.y};
    t.colour = colour;
    const double height = measure(t).height;
    page().add("text", std::move(t));
    y_ += height + size * (kLeading - 1.16);
  }

  std::string title_;
  PaperSize paper_;
  double left_, y_ = 0;
  std::vector<Drawing> pages_;
};

void PageWriter::operator()(const Table& b) {
  constexpr double kSize = 3, kPad = 0.9, kBetween = 3;
  const double shares = std::accumulate(b.columns.begin(), b.columns.end(), 0.0,
                                        [](double sum, const auto& c) { return sum + c.share; });
  const double wide = b.share * kStripsWidth;
  const auto row = [&](const std::vector<std::string>& cells, const Colour& ink, bool bold) {
    double height = 0, x = left_;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const double width = b.columns[i].share / shares * wide - kBetween;
      height = std::max(height, measure(paragraph(cells[i], width, kSize, bold)).height);
    }
    reserve(height + 2 * kPad);
    y_ += kPad;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const double width = b.columns[i].share / shares * wide - kBetween;
      Text t = paragraph(cells[i], width, kSize, bold);
      const bool number = b.columns[i].number;
      t.anchor = number ? Anchor::kEnd : Anchor::kStart;
      t.at = {number ? x + width : x, baseline(kSize)};
      t.colour = ink;
      page().add("cell", std::move(t));
      x += width + kBetween;
    }
    y_ += height + kPad;
    page().add("rule", line({left_, y_}, {left_ + wide, y_}, style::kRule, 0.15));
  };
  std::vector<std::string> titles;
  for (const Table::Column& c : b.columns) titles.push_back(c.title);
  row(titles, style::kSoft, true);
  for (const auto& cells : b.rows) row(cells, style::kInk, false);
  y_ += kGap;
}

void PageWriter::operator()(const Figure& b) {
  const double caption =
      b.caption.empty() ? 0 : text_height(b.caption, kStripsWidth, kBody - 0.3) + 1;
  const double most = paper_.height - kTop - kBottom - caption;
  const double shrink = std::min({1.0, kStripsWidth / b.drawing.width, most / b.drawing.height});
  reserve(b.drawing.height * shrink + caption);
  page().place(shrink < 1 ? scaled(b.drawing, shrink) : b.drawing, {left_, y_});
  y_ += b.drawing.height * shrink + 1;
  if (caption > 0) write({0, 0}, kStripsWidth, b.caption, kBody - 0.3, style::kSoft, false);
  y_ += kGap;
}

}  // namespace

std::vector<Drawing> to_pages(const Document& document, const PaperSize& paper) {
  PageWriter writer(document, paper);
  for (std::size_t i = 0; i < document.blocks.size(); ++i) {
    writer.keep_together(std::span(document.blocks).subspan(i));
    std::visit(writer, document.blocks[i]);
  }
  return writer.finish();
}

}  // namespace liteheart
