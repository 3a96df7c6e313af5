#include "report/ecg_trace.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace liteheart {
namespace {

constexpr double kColumnMm = 0.1;
constexpr double kUnseenMm = 0.02;  // half a dot of a printer of 600 dots an inch

class Pen {
 public:
  explicit Pen(const TraceFrame& frame) : frame_(frame) {}

  void to(Point p) {
    const bool in = inside(p);
    if (down_ && in != last_in_) {
      draw(crossing(last_, p, in ? last_ : p));
    } else if (down_ && !in && !last_in_ && (last_.y < frame_.top) != (p.y < frame_.top)) {
      draw(crossing(last_, p, last_));
      draw(crossing(last_, p, p));
    }
    if (in) draw(p);
    if (!in) {
      trace_.cut = true;
      lift();
    }
    last_ = p;
    last_in_ = in;
    down_ = true;
  }
  void gap() {
    lift();
    down_ = false;
  }
  Trace finish() {
    lift();
    return std::move(trace_);
  }

 private:
  bool inside(Point p) const { return p.y >= frame_.top && p.y <= frame_.bottom; }
  /// Where the line from a to b leaves the paper on `outside`'s side.
  Point crossing(Point a, Point b, Point outside) const {
    const double y = outside.y < frame_.top ? frame_.top : frame_.bottom;
    return {a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y), y};
  }
  /// Leaves out a point from which a line between its neighbours is nowhere further than kUnseenMm.
  void draw(Point p) {
    if (line_.empty()) {
      line_.push_back(p);
      waiting_ = false;
      return;
    }
    const Point from = line_.back();
    const double run = p.x - from.x;
    const auto slope = [&](double y) { return (y - from.y) / run; };
    if (waiting_ && run > 0 && slope(p.y) >= least_ && slope(p.y) <= most_) {
      least_ = std::max(least_, slope(p.y - kUnseenMm));
      most_ = std::min(most_, slope(p.y + kUnseenMm));
      next_ = p;
      return;
    }
    if (waiting_) line_.push_back(next_);
    next_ = p;
    waiting_ = true;
    const Point last = line_.back();
    const double step = p.x - last.x;
    constexpr double kSteep = 1e9;
    least_ = step > 0 ? (p.y - kUnseenMm - last.y) / step : -kSteep;
    most_ = step > 0 ? (p.y + kUnseenMm - last.y) / step : kSteep;
    if (step <= 0) {
      line_.push_back(p);
      waiting_ = false;
    }
  }
  void lift() {
    if (waiting_) line_.push_back(next_);
    waiting_ = false;
    if (!line_.empty()) trace_.lines.push_back(std::move(line_));
    line_.clear();
  }

  const TraceFrame& frame_;
  Trace trace_;
  std::vector<Point> line_;
  Point next_;                   // drawn once it is known to be needed, if waiting_
  double least_ = 0, most_ = 0;  // slopes from the last point of line_ that pass all since it
  bool waiting_ = false;
  Point last_;
  bool last_in_ = false, down_ = false;
};

}  // namespace

Trace trace_of(std::span<const float> mv, double rate_hz, double first_s, const TraceFrame& frame) {
  const auto place = [&](std::size_t i) {
    return Point{frame.x + (first_s + static_cast<double>(i) / rate_hz) * frame.mm_per_s,
                 frame.y - (static_cast<double>(mv[i]) - frame.level_mv) * frame.mm_per_mv};
  };
  Pen pen(frame);
  const double per_column = kColumnMm / frame.mm_per_s * rate_hz;  // samples
  const auto step = static_cast<std::size_t>(std::max(1.0, std::floor(per_column)));
  for (std::size_t begin = 0; begin < mv.size(); begin += step) {
    const std::size_t end = std::min(mv.size(), begin + step);
    const auto column = mv.subspan(begin, end - begin);
    const bool whole =
        std::all_of(column.begin(), column.end(), [](float x) { return std::isfinite(x); });
    if (!whole || column.size() <= 4) {
      for (std::size_t i = begin; i < end; ++i) std::isfinite(mv[i]) ? pen.to(place(i)) : pen.gap();
      continue;
    }
    const auto [low, high] = std::minmax_element(column.begin(), column.end());
    std::size_t kept[] = {begin, begin + static_cast<std::size_t>(low - column.begin()),
                          begin + static_cast<std::size_t>(high - column.begin()), end - 1};
    std::sort(std::begin(kept), std::end(kept));
    for (std::size_t k = 0; k < std::size(kept); ++k)
      if (k == 0 || kept[k] != kept[k - 1]) pen.to(place(kept[k]));
  }
  return pen.finish();
}

double level_of(std::span<const float> mv) {
  std::vector<float> finite;
  std::copy_if(mv.begin(), mv.end(), std::back_inserter(finite),
               [](float x) { return std::isfinite(x); });
  if (finite.empty()) return 0;
  const auto middle = finite.begin() + static_cast<std::ptrdiff_t>(finite.size() / 2);
  std::nth_element(finite.begin(), middle, finite.end());
  return static_cast<double>(*middle);
}

}  // namespace liteheart
