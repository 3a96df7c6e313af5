// A picture as values: what is drawn, where, in which colour. Layouts make one, paint.h paints it;
// so a layout can be tested without a picture, and every kind of picture shows the same.
// Lengths are in mm on paper, x to the right and y down from the upper left corner.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace liteheart {

struct Point {
  double x = 0, y = 0;
};

struct Colour {
  double red = 0, green = 0, blue = 0, opacity = 1;  // 0..1
};
/// 0xRRGGBB.
constexpr Colour colour(std::uint32_t rgb, double opacity = 1) {
  return {(rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0, opacity};
}

/// Lines, each of two points or more; a line of one point is a round dot of the stroke's width.
struct Lines {
  std::vector<std::vector<Point>> lines;
  Colour colour;
  double width = 0.2;
  std::vector<double> dashes;  // drawn and left out in turn; empty: solid
};

/// Closed areas without outline.
struct Area {
  std::vector<std::vector<Point>> outlines;
  Colour colour;
};

struct Dots {
  std::vector<Point> centres;
  double radius = 0.5;
  Colour colour;
};

enum class Anchor : std::uint8_t { kStart, kMiddle, kEnd };

/// One paragraph, in any script; marked-up text is shown as it is written.
struct Text {
  Point at;          // of the anchor, on the first line's baseline
  std::string text;  // UTF-8; invalid bytes are shown as U+FFFD, line breaks as blanks
  double size = 3;   // of the font
  Colour colour;
  Anchor anchor = Anchor::kStart;
  bool bold = false, italic = false;
  double width = 0;  // 0: one line, however long; else what is longer ends in an ellipsis
  int lines = 1;     // that it may be broken into
  double turn = 0;   // degrees, clockwise about `at`
};

using Mark = std::variant<Lines, Area, Dots, Text>;

/// One of a picture's parts, by what it shows: "grid", "trace II", "finding AF".
struct Part {
  std::string role;
  Mark mark;
};

struct Drawing {
  double width = 0, height = 0;
  std::string title;        // for readers of the file's properties
  std::vector<Part> parts;  // painted in this order

  void add(std::string role, Mark mark) { parts.push_back({std::move(role), std::move(mark)}); }
  /// All parts of `other`, moved by `by`.
  void place(const Drawing& other, Point by);
};

Area rectangle(Point from, double width, double height, const Colour& colour);
Lines line(Point from, Point to, const Colour& colour, double width);

/// All lengths times `factor`.
Drawing scaled(const Drawing& drawing, double factor);

/// A line of what is shown, for comparing pictures: roles, kinds, counts and coordinates to 0.1 mm,
/// but no colours or fonts.
std::string geometry(const Drawing& drawing);

}  // namespace liteheart
