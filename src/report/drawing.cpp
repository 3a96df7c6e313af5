#include "report/drawing.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace liteheart {
namespace {

void move(std::vector<Point>& points, Point by) {
  for (Point& p : points) p = {p.x + by.x, p.y + by.y};
}

struct Move {
  Point by;
  void operator()(Lines& m) const {
    for (auto& points : m.lines) move(points, by);
  }
  void operator()(Area& m) const {
    for (auto& points : m.outlines) move(points, by);
  }
  void operator()(Dots& m) const { move(m.centres, by); }
  void operator()(Text& m) const { m.at = {m.at.x + by.x, m.at.y + by.y}; }
};

struct Scale {
  double by;
  void points(std::vector<Point>& all) const {
    for (Point& p : all) p = {p.x * by, p.y * by};
  }
  void operator()(Lines& m) const {
    for (auto& line : m.lines) points(line);
    m.width *= by;
    for (double& dash : m.dashes) dash *= by;
  }
  void operator()(Area& m) const {
    for (auto& outline : m.outlines) points(outline);
  }
  void operator()(Dots& m) const {
    points(m.centres);
    m.radius *= by;
  }
  void operator()(Text& m) const {
    m.at = {m.at.x * by, m.at.y * by};
    m.size *= by;
    m.width *= by;
  }
};

struct Tell {
  std::string& out;
  void points(char kind, const std::vector<Point>& points) const {
    fmt::format_to(std::back_inserter(out), " {}{}", kind, points.size());
    // Without the sign of a zero.
    for (const Point& p : points)
      fmt::format_to(std::back_inserter(out), " {:.1f},{:.1f}", std::round(p.x * 10) / 10 + 0.0,
                     std::round(p.y * 10) / 10 + 0.0);
  }
  void operator()(const Lines& m) const {
    for (const auto& line : m.lines) points('L', line);
  }
  void operator()(const Area& m) const {
    for (const auto& outline : m.outlines) points('A', outline);
  }
  void operator()(const Dots& m) const { points('D', m.centres); }
  void operator()(const Text& m) const {
    points('T', {m.at});
    out += " " + m.text;
  }
};

}  // namespace

void Drawing::place(const Drawing& other, Point by) {
  parts.reserve(parts.size() + other.parts.size());
  for (const Part& part : other.parts) {
    parts.push_back(part);
    std::visit(Move{by}, parts.back().mark);
  }
}

Area rectangle(Point from, double width, double height, const Colour& colour) {
  return {{{from,
            {from.x + width, from.y},
            {from.x + width, from.y + height},
            {from.x, from.y + height}}},
          colour};
}

Lines line(Point from, Point to, const Colour& colour, double width) {
  return {{{from, to}}, colour, width, {}};
}

Drawing scaled(const Drawing& drawing, double factor) {
  Drawing to = drawing;
  to.width *= factor;
  to.height *= factor;
  for (Part& part : to.parts) std::visit(Scale{factor}, part.mark);
  return to;
}

std::string geometry(const Drawing& drawing) {
  std::string out = fmt::format("{:.1f} x {:.1f}\n", drawing.width, drawing.height);
  for (const Part& part : drawing.parts) {
    out += part.role;
    std::visit(Tell{out}, part.mark);
    out += '\n';
  }
  return out;
}

}  // namespace liteheart
