#include "report/axes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/paint.h"

namespace liteheart {
namespace {

constexpr double kGap = 1.2;         // between things that belong together
constexpr double kSwatch = 6;        // length of a legend's line
constexpr double kUnseen = 0.05;     // mm; points nearer to each other than this are one
constexpr double kTickDistance = 9;  // at least, along the x axis

double text_width(const std::string& text, double size) {
  return measure({.at = {}, .text = text, .size = size, .colour = kInk}).width;
}

double step_of(const std::vector<double>& ticks) {
  return ticks.size() > 1 ? ticks[1] - ticks[0]
                          : std::max(std::abs(ticks.empty() ? 1 : ticks[0]), 1e-9);
}

void complete(Axis& axis, int most) {
  if (!(axis.high > axis.low)) axis.high = axis.low + 1;
  if (axis.ticks.empty()) axis.ticks = nice_ticks(axis.low, axis.high, most);
  if (!axis.tick_texts.empty()) return;
  for (const double t : axis.ticks) axis.tick_texts.push_back(tick_text(t, step_of(axis.ticks)));
}

double widest(const std::vector<std::string>& texts) {
  double width = 0;
  for (const std::string& t : texts) width = std::max(width, text_width(t, kSmallText));
  return width;
}

}  // namespace

std::vector<double> nice_ticks(double low, double high, int most) {
  double power = std::pow(10, std::floor(std::log10((high - low) / most)) - 1);
  for (;; power *= 10) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double step = factor * power;
      const double first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
      if (last - first + 1 > most) continue;
      std::vector<double> ticks;
      for (double k = first; k <= last; ++k) ticks.push_back(k * step);
      return ticks;
    }
  }
}

std::string tick_text(double value, double step) {
  const int decimals = std::clamp(-static_cast<int>(std::floor(std::log10(step) + 1e-9)), 0, 9);
  return fmt::format("{:.{}f}", std::abs(value) < step * 1e-6 ? 0.0 : value, decimals);
}

Drawing legend(std::span<const LegendEntry> entries, double width) {
  Drawing d;
  d.width = width;
  if (entries.empty()) return d;
  const double row = kPlainText * 1.6;
  double x = 0, baseline = kPlainText;
  for (const LegendEntry& e : entries) {
    const double mark = e.dot ? 2.4 : kSwatch;
    const double needed = std::min(mark + kGap + text_width(e.text, kPlainText), width);
    if (x > 0 && x + needed > width) {
      x = 0;
      baseline += row;
    }
    const double middle = baseline - kPlainText * 0.36;
    if (e.dot)
      d.add("legend", Dots{{{x + 1.1, middle}}, 0.9, e.colour});
    else
      d.add("legend", Lines{{{{x, middle}, {x + kSwatch, middle}}}, e.colour, 0.6, e.dashes});
    d.add("legend", Text{.at = {x + mark + kGap, baseline},
                         .text = e.text,
                         .size = kPlainText,
                         .colour = kInk,
                         .width = width - x - mark - kGap});
    x += needed + 3.5;
  }
  d.height = baseline + kPlainText * 0.4;
  return d;
}

Drawing titled_panel(const std::string& title, double width) {
  Drawing d;
  d.width = width;
  d.title = title;
  if (!title.empty())
    d.add("title", Text{.at = {0.5, 1 + kTitleText * 0.85},
                        .text = title,
                        .size = kTitleText,
                        .colour = kInk,
                        .bold = true,
                        .width = width - 1});
  return d;
}

SystemStyle system_style(const std::string& role) {
  if (role == "teacher") return {kPalette[0], {}};
  if (role == "baseline") return {kPalette[1], {1.6, 1.2}};
  return {kPalette[3], {}};
}

Axes::Axes(const std::string& title, double width, double height, const Axis& x, const Axis& y,
           std::span<const LegendEntry> entries)
    : x_(x), y_(y) {
  drawing = titled_panel(title, width);
  drawing.height = height;
  double top = title.empty() ? 1 : kTitleRoom;
  if (!entries.empty()) {
    const Drawing keys = legend(entries, width - 1);
    drawing.place(keys, {0.5, top});
    top += keys.height + kGap;
  }
  top += kSmallText * 0.5;
  const double below = kSmallText * 1.7 + (x_.label.empty() ? 0 : kPlainText * 1.7);
  height_ = height - top - below;
  complete(y_, std::max(2, static_cast<int>(height_ / (kSmallText * 2.6))));
  const double left =
      (y_.label.empty() ? 0.5 : kPlainText * 1.6) + std::max(widest(y_.tick_texts), y_.room) + kGap;
  const double right = 3;
  corner_ = {left, top};
  width_ = width - left - right;
  complete(x_, std::max(2, static_cast<int>(width_ / kTickDistance)));

  Lines grid{{}, kGrid, 0.2, {}};
  for (const double t : x_.ticks) grid.lines.push_back({at(t, y_.low), at(t, y_.high)});
  for (const double t : y_.ticks) grid.lines.push_back({at(x_.low, t), at(x_.high, t)});
  if (!grid.lines.empty()) drawing.add("grid", std::move(grid));
  const double bottom = top + height_;
  drawing.add("axes",
              Lines{{{{left, top}, {left, bottom}, {left + width_, bottom}}}, kSoft, 0.25, {}});
  for (std::size_t i = 0; i < x_.ticks.size(); ++i)
    drawing.add("x tick", Text{.at = {to_x(x_.ticks[i]), bottom + kSmallText * 1.25},
                               .text = x_.tick_texts[i],
                               .size = kSmallText,
                               .colour = kSoft,
                               .anchor = Anchor::kMiddle});
  for (std::size_t i = 0; i < y_.ticks.size(); ++i)
    drawing.add("y tick", Text{.at = {left - kGap * 0.7, to_y(y_.ticks[i]) + kSmallText * 0.36},
                               .text = y_.tick_texts[i],
                               .size = kSmallText,
                               .colour = kSoft,
                               .anchor = Anchor::kEnd});
  if (!x_.label.empty())
    drawing.add("x label", Text{.at = {left + width_ / 2, height - kPlainText * 0.4},
                                .text = x_.label,
                                .size = kPlainText,
                                .colour = kInk,
                                .anchor = Anchor::kMiddle});
  if (!y_.label.empty())
    drawing.add("y label", Text{.at = {kPlainText, top + height_ / 2},
                                .text = y_.label,
                                .size = kPlainText,
                                .colour = kInk,
                                .anchor = Anchor::kMiddle,
                                .turn = -90});
}

double Axes::to_x(double x) const {
  return corner_.x + std::clamp((x - x_.low) / (x_.high - x_.low), 0.0, 1.0) * width_;
}

double Axes::to_y(double y) const {
  return corner_.y + (1 - std::clamp((y - y_.low) / (y_.high - y_.low), 0.0, 1.0)) * height_;
}

void Axes::polyline(const std::string& role, std::span<const Point> points, const Colour& colour,
                    double stroke, std::vector<double> dashes) {
  std::vector<Point> line;
  const auto off_line = [](const Point& a, const Point& b, const Point& p) {
    const double length = std::hypot(b.x - a.x, b.y - a.y);
    return length == 0 ? std::hypot(p.x - a.x, p.y - a.y)
                       : std::abs((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)) / length;
  };
  for (const Point& p : points) {
    const Point q = at(p.x, p.y);
    if (!line.empty() && std::hypot(q.x - line.back().x, q.y - line.back().y) < kUnseen) continue;
    // Straight on: the last point said nothing.
    if (line.size() > 1 && off_line(line[line.size() - 2], q, line.back()) < 1e-9)
      line.back() = q;
    else
      line.push_back(q);
  }
  if (!line.empty()) drawing.add(role, Lines{{std::move(line)}, colour, stroke, std::move(dashes)});
}

}  // namespace liteheart
