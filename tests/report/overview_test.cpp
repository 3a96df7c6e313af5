#include "report/overview.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "edge/synthetic_ecg.h"

namespace liteheart {
namespace {

/// `bpm` a minute; from gap_s on nothing is recorded.
Recording beats(double seconds, double bpm, double gap_s) {
  Recording r;
  r.rate_hz = 250;
  r.samples = static_cast<std::size_t>(seconds * r.rate_hz);
  r.leads = {"I"};
  r.mv = test::synthetic_ecg(r.rate_hz, seconds, test::steady_beats(seconds, 60 / bpm));
  const auto gap = std::min(r.mv.size(), static_cast<std::size_t>(gap_s * r.rate_hz));
  std::fill(r.mv.begin() + static_cast<std::ptrdiff_t>(gap), r.mv.end(),
            std::numeric_limits<float>::quiet_NaN());
  return r;
}

TEST(Overview, tells_rate_signal_and_quality_as_they_change) {
  WholeRecording stream(beats(600, 80, 300));
  const Overview o = overview_of(stream, 0);
  EXPECT_DOUBLE_EQ(o.seconds, 600);
  ASSERT_EQ(o.usual.size(), 60u);
  EXPECT_NEAR(o.usual[10], 80, 1);
  EXPECT_NEAR(o.slowest[10], 80, 1.5);
  EXPECT_TRUE(std::isnan(o.usual[45]));
  EXPECT_EQ(o.grades[59], edge::Grade::kUnreadable);
  EXPECT_EQ(o.grades[10], edge::Grade::kGood);
  EXPECT_NEAR(o.high_mv[100], 1, 0.15);
  EXPECT_TRUE(std::isnan(o.high_mv[800]));
}

TEST(Overview, draws_findings_at_their_times_and_says_so) {
  WholeRecording stream(beats(3600, 70, 4000));
  const Overview o = overview_of(stream, 0);
  const std::vector<Lane> lanes = {{"AF", {{900, 1800}}, "in 90 of 360 windows"}};
  const Drawing drawing = draw_overview(o, lanes);
  double from = 0, to = 0;
  for (const Part& part : drawing.parts) {
    if (part.role != "finding AF") continue;
    from = std::get<Area>(part.mark).outlines[0][0].x;
    to = std::get<Area>(part.mark).outlines[0][1].x;
  }
  EXPECT_NEAR((to - from) / (drawing.width - 28), 0.25, 0.001) << "a quarter of the time";
  const std::string words = overview_in_words(o, lanes);
  EXPECT_NE(words.find("heart rate 70 to 70 bpm"), std::string::npos) << words;
  EXPECT_NE(words.find("AF in 90 of 360 windows"), std::string::npos) << words;
}

TEST(Overview, where_the_lead_was_off_is_no_slow_heart) {
  constexpr double kSeconds = 7200;
  for (const float off_mv : {0.0F, std::numeric_limits<float>::quiet_NaN()}) {
    Recording r = beats(kSeconds, 70, kSeconds);
    test::Noise noise;
    for (float& mv : r.mv) mv += 0.005F * noise.next();
    for (int gap = 0; gap < 30; ++gap) {
      const auto begin = r.mv.begin() + static_cast<std::ptrdiff_t>((100 + gap * 200) * r.rate_hz);
      std::fill(begin, begin + static_cast<std::ptrdiff_t>((4 + gap) * r.rate_hz), off_mv);
    }
    WholeRecording stream(r);
    const Overview o = overview_of(stream, 0);
    for (std::size_t i = 0; i < o.slowest.size(); ++i)
      EXPECT_FALSE(o.slowest[i] < 60) << off_mv << " step " << i;
    // Those of 20 seconds and more each hide a whole ten seconds.
    const auto seen = std::ranges::count(o.grades, edge::Grade::kUnreadable);
    EXPECT_GE(seen, 14) << off_mv;
    EXPECT_NEAR(o.unreadable, 555 / kSeconds, 0.05) << off_mv;
  }
}

TEST(Overview, a_pause_is_seen) {
  std::vector<double> at = test::steady_beats(60, 0.8);
  std::erase_if(at, [](double s) { return s > 30 && s < 34; });
  Recording r = beats(60, 75, 60);
  r.mv = test::synthetic_ecg(r.rate_hz, 60, at);
  test::Noise noise;
  for (float& mv : r.mv) mv += 0.015F * noise.next();
  WholeRecording stream(r);
  const Overview o = overview_of(stream, 0);
  float slowest = 300;
  for (const float rate : o.slowest)
    if (std::isfinite(rate)) slowest = std::min(slowest, rate);
  EXPECT_NEAR(slowest, 60 / 4.8, 1.5);
}

TEST(Overview, of_nothing_is_a_picture_all_the_same) {
  for (const double seconds : {0.004, 30.0, 7200.0}) {
    WholeRecording stream(beats(seconds, 70, 0));
    const Overview o = overview_of(stream, 0);
    EXPECT_NE(overview_in_words(o, {}).find("no beats"), std::string::npos);
    EXPECT_GT(draw_overview(o, {}).parts.size(), 5u);
  }
}

}  // namespace
}  // namespace liteheart
