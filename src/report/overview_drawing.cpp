#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/ecg_paper.h"
#include "report/overview.h"
#include "report/paint.h"
#include "report/paper_style.h"

namespace liteheart {
namespace {

constexpr double kLeft = 26, kWidth = kStripsWidth - kLeft - 2;  // mm, of what runs with time
constexpr double kRateHeight = 42, kSignalHeight = 26, kBarHeight = 4, kLaneHeight = 6.5,
                 kBetween = 5;

Colour grade_colour(edge::Grade grade) {
  switch (grade) {
    case edge::Grade::kGood:
      return colour(0x7FB796);
    case edge::Grade::kLimited:
      return colour(0xF0C24B);
    default:
      return colour(0xC4C9CF);
  }
}

/// About ten of them.
double time_tick(double seconds) {
  constexpr std::array<double, 15> kSteps = {1,   2,   5,    10,   20,   30,   60,   120,
                                             300, 600, 1200, 1800, 3600, 7200, 14400};
  for (const double step : kSteps)
    if (seconds / step <= 12) return step;
  return 86400 * std::ceil(seconds / 86400 / 12);
}

class OverviewDrawer {
 public:
  OverviewDrawer(const Overview& o, const std::vector<Lane>& lanes) : o_(o), lanes_(lanes) {
    drawing_.width = kStripsWidth;
    drawing_.title = "Overview";
  }

  Drawing draw() {
    const double bottom = 4 + kRateHeight + kBetween + kSignalHeight + kBetween + kBarHeight +
                          kBetween + kLaneHeight * static_cast<double>(lanes_.size());
    draw_times(bottom);
    draw_rate();
    draw_signal();
    draw_grades();
    for (const Lane& lane : lanes_) draw_lane(lane);
    drawing_.height = bottom + 7;
    return std::move(drawing_);
  }

 private:
  double at(double seconds) const { return kLeft + seconds / o_.seconds * kWidth; }
  void label(const std::string& text, double y, bool bold = true) {
    drawing_.add("label",
                 Text{{0, y}, text, 3, style::kInk, Anchor::kStart, bold, false, kLeft - 8});
  }
  void draw_times(double bottom);
  void draw_rate();
  void draw_signal();
  void draw_grades();
  void draw_lane(const Lane& lane);

  const Overview& o_;
  const std::vector<Lane>& lanes_;
  Drawing drawing_;
  double y_ = 4;
};

void OverviewDrawer::draw_times(double bottom) {
  const double tick = time_tick(o_.seconds);
  Lines lines{{}, style::kTicks, 0.15, {}};
  for (double t = 0; t <= o_.seconds * (1 + 1e-9); t += tick) {
    lines.lines.push_back({{at(t), 2}, {at(t), bottom}});
    const bool last = at(t) > kStripsWidth - 8;
    drawing_.add("time", Text{{at(t), bottom + 4},
                              clock_text(t),
                              2.6,
                              style::kSoft,
                              t == 0 ? Anchor::kStart
                              : last ? Anchor::kEnd
                                     : Anchor::kMiddle});
  }
  drawing_.add("times", std::move(lines));
}

void OverviewDrawer::draw_rate() {
  float most = 100;
  for (const float rate : o_.fastest)
    if (std::isfinite(rate)) most = std::max(most, rate);
  const double top = std::min(300.0, std::ceil(static_cast<double>(most) / 20) * 20);
  const double step = top > 160 ? 50 : 20;
  const auto y = [&](double bpm) {
    return y_ + kRateHeight * (1 - std::clamp(bpm, 0.0, top) / top);
  };
  label("Heart rate", y_ + 3);
  label("bpm", y_ + 7, false);
  Lines rules{{}, style::kTicks, 0.15, {}};
  for (double bpm = 0; bpm <= top; bpm += step) {
    rules.lines.push_back({{kLeft, y(bpm)}, {kLeft + kWidth, y(bpm)}});
    drawing_.add("rate", Text{{kLeft - 1.5, y(bpm) + 0.9},
                              fmt::format("{:.0f}", bpm),
                              2.5,
                              style::kSoft,
                              Anchor::kEnd});
  }
  drawing_.add("rates", std::move(rules));
  const double width = o_.seconds / static_cast<double>(o_.usual.size());
  Area range{{}, colour(0x9DB7DD, 0.55)};
  Lines usual{{}, style::kEstimated, 0.4, {}};
  bool open = false;
  for (std::size_t i = 0; i < o_.usual.size(); ++i) {
    if (!std::isfinite(o_.usual[i])) {
      open = false;
      continue;
    }
    const double from = at(static_cast<double>(i) * width),
                 to = at(static_cast<double>(i + 1) * width);
    range.outlines.push_back({{from, y(static_cast<double>(o_.slowest[i]))},
                              {to, y(static_cast<double>(o_.slowest[i]))},
                              {to, y(static_cast<double>(o_.fastest[i]))},
                              {from, y(static_cast<double>(o_.fastest[i]))}});
    if (!open) usual.lines.emplace_back();
    open = true;
    usual.lines.back().push_back({(from + to) / 2, y(static_cast<double>(o_.usual[i]))});
  }
  drawing_.add("heart rate, slowest to fastest", std::move(range));
  drawing_.add("heart rate", std::move(usual));
  y_ += kRateHeight + kBetween;
}

void OverviewDrawer::draw_signal() {
  label("Lead " + o_.lead, y_ + 3);
  std::vector<float> all;
  for (const auto* side : {&o_.low_mv, &o_.high_mv})
    std::copy_if(side->begin(), side->end(), std::back_inserter(all),
                 [](float x) { return std::isfinite(x); });
  if (all.empty()) {
    drawing_.add("no signal",
                 Text{{kLeft + 2, y_ + kSignalHeight / 2}, "no signal", 2.6, style::kSoft});
  } else {
    // A few wild seconds do not flatten the rest.
    std::sort(all.begin(), all.end());
    const auto quantile = [&](double q) {
      return static_cast<double>(
          all[static_cast<std::size_t>(q * static_cast<double>(all.size() - 1))]);
    };
    const double low = quantile(0.01), high = std::max(quantile(0.99), low + 0.1);
    const auto y = [&](float mv) {
      const double share = (static_cast<double>(mv) - low) / (high - low);
      return y_ + kSignalHeight * (1 - std::clamp(share, 0.0, 1.0));
    };
    Lines envelope{{}, style::kInk, kWidth / static_cast<double>(o_.low_mv.size()), {}};
    for (std::size_t i = 0; i < o_.low_mv.size(); ++i) {
      if (!std::isfinite(o_.low_mv[i])) continue;
      const double x =
          kLeft + (static_cast<double>(i) + 0.5) / static_cast<double>(o_.low_mv.size()) * kWidth;
      envelope.lines.push_back({{x, y(o_.low_mv[i])}, {x, y(o_.high_mv[i]) - 0.05}});
    }
    drawing_.add("signal, lowest to highest", std::move(envelope));
    drawing_.add(
        "label",
        Text{{0, y_ + 7}, fmt::format("{:.1f} to {:.1f} mV", low, high), 2.6, style::kInk});
  }
  y_ += kSignalHeight + kBetween;
}

void OverviewDrawer::draw_grades() {
  label("Quality", y_ + 3.2);
  const double width = kWidth / static_cast<double>(o_.grades.size());
  for (std::size_t from = 0; from < o_.grades.size();) {
    std::size_t to = from;
    while (to < o_.grades.size() && o_.grades[to] == o_.grades[from]) ++to;
    drawing_.add(fmt::format("quality {}", edge::grade_text(o_.grades[from])),
                 rectangle({kLeft + static_cast<double>(from) * width, y_},
                           static_cast<double>(to - from) * width, kBarHeight,
                           grade_colour(o_.grades[from])));
    from = to;
  }
  double x = kLeft;
  for (const edge::Grade grade :
       {edge::Grade::kGood, edge::Grade::kLimited, edge::Grade::kUnreadable}) {
    const Text text{{x + 4, y_ + kBarHeight + 3.2}, edge::grade_text(grade), 2.4, style::kSoft};
    drawing_.add("legend", rectangle({x, y_ + kBarHeight + 1.2}, 3, 2, grade_colour(grade)));
    drawing_.add("legend", text);
    x += 8 + measure(text).width;
  }
  y_ += kBarHeight + kBetween;
}

void OverviewDrawer::draw_lane(const Lane& lane) {
  label(lane.name, y_ + 4);
  drawing_.add("lane", line({kLeft, y_ + 3.2}, {kLeft + kWidth, y_ + 3.2}, style::kRule, 0.15));
  Area marks{{}, lane.normal ? style::kFine : style::kAlarm};
  for (const auto& [from, to] : lane.spans) {
    // Seconds of a day would not be seen.
    const double x = at(std::clamp(from, 0.0, o_.seconds)),
                 width = std::max(0.5, at(std::clamp(to, 0.0, o_.seconds)) - x);
    marks.outlines.push_back(
        {{x, y_ + 1.4}, {x + width, y_ + 1.4}, {x + width, y_ + 5}, {x, y_ + 5}});
  }
  drawing_.add("finding " + lane.name, std::move(marks));
  y_ += kLaneHeight;
}

}  // namespace

Drawing draw_overview(const Overview& overview, const std::vector<Lane>& lanes) {
  return OverviewDrawer(overview, lanes).draw();
}

std::string overview_in_words(const Overview& o, const std::vector<Lane>& lanes) {
  std::string words = fmt::format("Overview of {} in lead {}", clock_text(o.seconds), o.lead);
  float low = INFINITY, high = -INFINITY;
  for (const float rate : o.usual) {
    if (!std::isfinite(rate)) continue;
    low = std::min(low, rate);
    high = std::max(high, rate);
  }
  words += low <= high ? fmt::format(": heart rate {:.0f} to {:.0f} bpm", low, high) : ": no beats";
  words += fmt::format(", {:.0f} % unreadable", 100 * o.unreadable);
  for (const Lane& lane : lanes) words += fmt::format("; {} {}", lane.name, lane.note);
  return words + ".";
}

}  // namespace liteheart
