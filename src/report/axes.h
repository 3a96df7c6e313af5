// Linear axes: a panel of a figure with ticks, grid, labels and a legend, into which values are
// drawn in their own units.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "report/drawing.h"
#include "report/paper_style.h"

namespace liteheart {

/// Tells apart for every kind of colour vision (Okabe & Ito 2008), without its yellow, which is too
/// pale for lines on white.
inline constexpr std::array<Colour, 7> kPalette = {
    colour(0x0072B2), colour(0xE69F00), colour(0x009E73), colour(0xD55E00),
    colour(0xCC79A7), colour(0x56B4E9), colour(0x000000)};
inline constexpr Colour kInk = colour(0x1C2733), kSoft = style::kSoft, kGrid = style::kTicks;
/// mm. No text of a figure is smaller than kSmallText.
inline constexpr double kSmallText = 2.4, kPlainText = 2.7, kTitleText = 3.2;
/// Width of a panel: three stand side by side on a landscape sheet, two on an upright one, and one
/// fills a phone at its true size.
inline constexpr double kPanelWidth = 86;

/// Multiples of 1, 2 or 5 times a power of ten within [low, high], at most `most` of them (>= 2)
/// and as many as that allows. low < high, both finite.
std::vector<double> nice_ticks(double low, double high, int most);
/// With the decimals that the distance of the ticks needs.
std::string tick_text(double value, double step);

struct Axis {
  std::string label;
  double low = 0, high = 1;
  std::vector<double> ticks;            // empty: nice ones
  std::vector<std::string> tick_texts;  // of the ticks; empty: their values
  double room = 0;  // mm beside a y axis for its texts, at least: plots one below the other align
};

struct LegendEntry {
  std::string text;
  Colour colour;
  std::vector<double> dashes{};
  bool dot = false;  // a dot, else a line
};

class Axes {
 public:
  /// A panel of `width` x `height` mm whose title and legend stand above the plot.
  Axes(const std::string& title, double width, double height, const Axis& x, const Axis& y,
       std::span<const LegendEntry> entries = {});

  Point at(double x, double y) const { return {to_x(x), to_y(y)}; }
  double to_x(double x) const;
  double to_y(double y) const;
  /// The plot within the axes, mm.
  Point corner() const { return corner_; }
  double width() const { return width_; }
  double height() const { return height_; }

  /// Points of the panel's units as a line, without the bends that nobody can see; what lies beyond
  /// the axes is drawn at their edge.
  void polyline(const std::string& role, std::span<const Point> points, const Colour& colour,
                double stroke, std::vector<double> dashes = {});

  Drawing drawing;

 private:
  Axis x_, y_;
  Point corner_;
  double width_ = 0, height_ = 0;
};

/// The look of "teacher", "baseline" and "model", the same in every figure.
struct SystemStyle {
  Colour colour;
  std::vector<double> dashes;
};
SystemStyle system_style(const std::string& role);

/// An empty panel, `width` mm wide, under its title; what follows begins kTitleRoom below its top.
Drawing titled_panel(const std::string& title, double width);
inline constexpr double kTitleRoom = 1 + kTitleText * 1.5;

/// Entries side by side, in as many rows as `width` asks for; its height is that of the rows.
Drawing legend(std::span<const LegendEntry> entries, double width);

}  // namespace liteheart
