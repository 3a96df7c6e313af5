#include "report/ecg_trace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace liteheart {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

TraceFrame frame() { return {10, 50, 25, 10, 0, 0, 100}; }

std::size_t points(const Trace& trace) {
  std::size_t count = 0;
  for (const auto& line : trace.lines) count += line.size();
  return count;
}

/// The drawn height at x; NaN where nothing is drawn.
double height_at(const Trace& trace, double x) {
  for (const auto& line : trace.lines) {
    for (std::size_t i = 1; i < line.size(); ++i) {
      const Point a = line[i - 1], b = line[i];
      if (a.x <= x && x <= b.x && b.x > a.x) return a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x);
    }
  }
  return kMissing;
}

TEST(EcgTrace, leaves_gaps_where_samples_are_missing) {
  const std::vector<float> mv = {0, 0.1F, kMissing, kMissing, 0.2F, 0, kMissing, 0.3F};
  const Trace trace = trace_of(mv, 100, 0, frame());
  ASSERT_EQ(trace.lines.size(), 3u);
  EXPECT_NEAR(trace.lines[1].front().x, 10 + 0.04 * 25, 1e-9);
  EXPECT_NEAR(trace.lines[1].front().y, 50 - 2, 1e-6);
  EXPECT_EQ(trace.lines[2].size(), 1u) << "a sample by itself is a dot";
  EXPECT_FALSE(trace.cut);
}

TEST(EcgTrace, is_cut_at_the_papers_edge_and_comes_back) {
  const std::vector<float> mv = {0, 0, 10, 10, 0, -1000, 1000, 0};  // 10 mV are 100 mm
  const Trace trace = trace_of(mv, 10, 0, frame());
  EXPECT_TRUE(trace.cut);
  double top = 1e9, bottom = -1e9;
  for (const auto& line : trace.lines) {
    for (const Point& p : line) {
      top = std::min(top, p.y);
      bottom = std::max(bottom, p.y);
    }
  }
  EXPECT_DOUBLE_EQ(top, 0);
  EXPECT_DOUBLE_EQ(bottom, 100);
  // From 0 to 10 mV the edge is passed half way.
  EXPECT_NEAR(trace.lines[0].back().x, 10 + 0.15 * 25, 1e-6);
}

TEST(EcgTrace, what_is_left_out_is_not_seen) {
  std::mt19937 random(3);
  std::normal_distribution<float> noise(0, 0.02F);
  std::vector<float> mv;
  for (int i = 0; i < 5000; ++i)
    mv.push_back(noise(random) +
                 1.2F * static_cast<float>(std::exp(-std::pow((i % 500 - 250) / 12.0, 2))));
  const TraceFrame f = frame();
  const Trace trace = trace_of(mv, 250, 0, f);  // 0.1 mm a sample: none shares a column
  for (std::size_t i = 0; i + 1 < mv.size(); ++i) {
    const double x = f.x + static_cast<double>(i) / 250 * f.mm_per_s;
    ASSERT_NEAR(height_at(trace, x), f.y - static_cast<double>(mv[i]) * f.mm_per_mv, 0.0201) << i;
  }
}

TEST(EcgTrace, straight_stretches_keep_their_ends_only) {
  const std::vector<float> mv(1000, 0.5F);
  const Trace trace = trace_of(mv, 250, 0, frame());
  EXPECT_EQ(points(trace), 2u);
}

TEST(EcgTrace, dense_samples_keep_every_extreme) {
  std::vector<float> mv(20'000);
  for (std::size_t i = 0; i < mv.size(); ++i)
    mv[i] = i % 1000 == 500 ? 3.0F : 0.01F * static_cast<float>(i % 7);
  const Trace trace = trace_of(mv, 20'000, 0, frame());  // 80 samples a tenth of a mm
  EXPECT_LT(points(trace), 4000u);
  std::size_t spikes = 0;
  for (const auto& line : trace.lines)
    spikes += static_cast<std::size_t>(
        std::count_if(line.begin(), line.end(), [](Point p) { return std::abs(p.y - 20) < 1e-3; }));
  EXPECT_EQ(spikes, 20u);
}

TEST(EcgTrace, level_is_the_median_of_what_is_there) {
  EXPECT_DOUBLE_EQ(level_of(std::vector<float>{kMissing, 5, 1, 3, kMissing}), 3);
  EXPECT_DOUBLE_EQ(level_of(std::vector<float>{kMissing}), 0);
  EXPECT_DOUBLE_EQ(level_of({}), 0);
}

}  // namespace
}  // namespace liteheart
