#include "edge/r_peaks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>

#include "edge/synthetic_ecg.h"
#include "shared.h"

namespace {

using namespace liteheart;
using edge::RPeaks;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Found {
  std::vector<std::int64_t> peaks;
  edge::RrStatistics rr;
};
Found find(const std::vector<float>& mv, double rate_hz) {
  Found out;
  out.peaks.resize(mv.size() + 1);
  out.peaks.resize(edge::find_r_peaks(mv.data(), mv.size(), rate_hz, out.peaks.data(),
                                      out.peaks.size(), &out.rr));
  return out;
}

/// All beats are found within `reach_s`, and nothing else.
void expect_found(const std::vector<double>& beats, const std::vector<std::int64_t>& peaks,
                  double rate_hz, double reach_s) {
  ASSERT_EQ(peaks.size(), beats.size());
  for (std::size_t i = 0; i < beats.size(); ++i)
    EXPECT_NEAR(static_cast<double>(peaks[i]) / rate_hz, beats[i], reach_s) << "beat " << i;
}

class AtRate : public testing::TestWithParam<double> {};

TEST_P(AtRate, FindsEveryApexFrom30To200BeatsAMinute) {
  const double rate_hz = GetParam();
  for (const double bpm : {30.0, 45.0, 60.0, 90.0, 120.0, 150.0, 180.0, 200.0}) {
    SCOPED_TRACE(bpm);
    const auto beats = test::steady_beats(40, 60 / bpm);
    const Found found = find(test::synthetic_ecg(rate_hz, 40, beats), rate_hz);
    expect_found(beats, found.peaks, rate_hz, 0.5 / rate_hz + 0.006);
    EXPECT_NEAR(found.rr.rate_bpm, bpm, 0.003 * bpm);
    EXPECT_NEAR(found.rr.median_s, 60 / bpm, 0.005);
    EXPECT_LT(found.rr.sd_s, 0.005);
  }
}
INSTANTIATE_TEST_SUITE_P(Rates, AtRate,
                         testing::Values(50.0, 100.0, 128.0, 187.0, 250.0, 300.0, 360.0, 500.0,
                                         513.625, 1000.0, 2000.0));

TEST(RPeaks, ArePolarityBlindAndIgnoreTheBaseline) {
  const auto beats = test::steady_beats(30, 0.8);
  std::vector<float> mv = test::synthetic_ecg(250, 30, beats);
  for (std::size_t i = 0; i < mv.size(); ++i)
    mv[i] = 300 - mv[i] + 2 * static_cast<float>(std::sin(0.0075 * static_cast<double>(i)));
  expect_found(beats, find(mv, 250).peaks, 250, 0.008);
}

TEST(RPeaks, ScaleWithTheSignal) {
  const auto beats = test::steady_beats(30, 0.8);
  const std::vector<float> clean = test::synthetic_ecg(250, 30, beats);
  for (const float factor : {0.1F, 10.0F, 1000.0F}) {
    std::vector<float> mv = clean;
    for (float& x : mv) x *= factor;
    expect_found(beats, find(mv, 250).peaks, 250, 0.008);
  }
}

TEST(RPeaks, TakeNoTallTWaveForABeat) {
  test::EcgShape shape;
  shape.r_mv = 0.6, shape.t_mv = 0.9;
  for (const double rr : {0.6, 0.8, 1.0, 1.5}) {
    const auto beats = test::steady_beats(30, rr);
    expect_found(beats, find(test::synthetic_ecg(250, 30, beats, shape), 250).peaks, 250, 0.008);
  }
}

TEST(RPeaks, FollowIrregularBeatsAndPauses) {
  std::vector<double> beats;
  test::Noise noise;
  for (double at = 0.5; at < 58; at += 0.75 + 0.35 * static_cast<double>(noise.next()))
    beats.push_back(at);
  beats.erase(beats.begin() + 20, beats.begin() + 25);
  expect_found(beats, find(test::synthetic_ecg(500, 60, beats), 500).peaks, 500, 0.008);
}

TEST(RPeaks, FindWideBeatsAmongNarrowOnes) {
  const auto beats = test::steady_beats(30, 0.8);
  std::vector<double> narrow, wide;
  for (std::size_t i = 0; i < beats.size(); ++i)
    if (i % 5 == 3)
      wide.push_back(beats[i] - 0.25);
    else
      narrow.push_back(beats[i]);
  std::vector<float> mv = test::synthetic_ecg(250, 30, narrow);
  test::EcgShape shape;
  shape.r_mv = -1.5, shape.p_mv = 0, shape.t_mv = 0.4, shape.qrs_s = 0.03;
  const std::vector<float> extra = test::synthetic_ecg(250, 30, wide, shape);
  for (std::size_t i = 0; i < mv.size(); ++i) mv[i] += extra[i];
  std::vector<double> all = narrow;
  all.insert(all.end(), wide.begin(), wide.end());
  std::sort(all.begin(), all.end());
  expect_found(all, find(mv, 250).peaks, 250, 0.03);
}

TEST(RPeaks, StandNoise) {
  const auto beats = test::steady_beats(60, 0.8);
  std::vector<float> mv = test::synthetic_ecg(250, 60, beats);
  test::Noise noise;
  for (float& x : mv) x += 0.15F * noise.next();
  expect_found(beats, find(mv, 250).peaks, 250, 0.02);
}

TEST(RPeaks, FindBeatsThatGrowAndShrink) {
  const auto beats = test::steady_beats(60, 0.8);
  std::vector<float> mv = test::synthetic_ecg(250, 60, beats);
  for (std::size_t i = 0; i < mv.size(); ++i)
    mv[i] *= 1 + 0.8F * static_cast<float>(std::sin(0.0008 * static_cast<double>(i)));
  expect_found(beats, find(mv, 250).peaks, 250, 0.008);
}

TEST(RPeaks, ShowLittleOfMains) {
  const auto beats = test::steady_beats(30, 0.8);
  std::vector<float> mv = test::synthetic_ecg(500, 30, beats);
  for (std::size_t i = 0; i < mv.size(); ++i)
    mv[i] += 0.3F * static_cast<float>(std::sin(0.2 * 3.14159265 * static_cast<double>(i)));
  expect_found(beats, find(mv, 500).peaks, 500, 0.012);
}

TEST(RPeaks, AreNoneWithoutAHeart) {
  for (const float level : {0.0F, 5.0F, -1e30F, 3e38F, kNan}) {
    const Found found = find(std::vector<float>(3000, level), 250);
    EXPECT_TRUE(found.peaks.empty()) << level;
    EXPECT_EQ(found.rr.count, 0);
    EXPECT_EQ(found.rr.rate_bpm, 0);
    EXPECT_EQ(found.rr.sd_s, 0);
  }
  EXPECT_TRUE(find({}, 250).peaks.empty());
  EXPECT_TRUE(find({1.0F}, 250).peaks.empty());
}

TEST(RPeaks, AreNoneInNoiseOfAFewMicrovolts) {
  std::vector<float> mv(5000);
  test::Noise noise;
  for (float& x : mv) x = 0.005F * noise.next();
  EXPECT_TRUE(find(mv, 250).peaks.empty());
}

TEST(RPeaks, AreNoneAtRatesThatAreNotTaken) {
  const std::vector<float> mv = test::synthetic_ecg(40, 20, test::steady_beats(20, 0.8));
  for (const double rate_hz : {0.0, -1.0, 40.0, 1e6, std::nan("")}) {
    EXPECT_FALSE(RPeaks::takes(rate_hz));
    EXPECT_TRUE(find(mv, rate_hz).peaks.empty());
  }
}

TEST(RPeaks, SkipMissingSamplesWithoutAnIntervalOverThem) {
  const auto beats = test::steady_beats(60, 0.8);
  std::vector<float> mv = test::synthetic_ecg(250, 60, beats);
  // A gap of 5 s, behind which the lead is elsewhere.
  for (std::size_t i = 20 * 250; i < 25 * 250; ++i) mv[i] = kNan;
  for (std::size_t i = 25 * 250; i < mv.size(); ++i) mv[i] += 4;
  std::vector<double> seen;
  for (const double at : beats)
    if (at < 19.9 || at > 25.1) seen.push_back(at);
  const Found found = find(mv, 250);
  expect_found(seen, found.peaks, 250, 0.008);
  EXPECT_EQ(found.rr.count, static_cast<std::int64_t>(seen.size()) - 2);
  EXPECT_NEAR(found.rr.longest_s, 0.8, 0.01);
}

TEST(RPeaks, ComeInOrderAndSoon) {
  std::vector<double> beats = test::steady_beats(60, 0.8);
  beats.erase(beats.begin() + 30, beats.begin() + 33);
  const std::vector<float> mv = test::synthetic_ecg(250, 60, beats);
  RPeaks detector(250);
  std::int64_t last = -1;
  std::size_t count = 0;
  for (std::size_t i = 0; i < mv.size(); ++i) {
    for (std::size_t n = detector.push(mv[i]), k = 0; k < n; ++k, ++count) {
      const std::int64_t sample = detector.found(k).sample;
      EXPECT_GT(sample, last);
      EXPECT_LT(static_cast<std::int64_t>(i) - sample, i < 1000 ? 4 * 250 : 250 / 2);
      last = sample;
    }
  }
  count += detector.finish();
  EXPECT_EQ(count, beats.size());
}

TEST(RrIntervals, AreCountedAsDefined) {
  edge::RrIntervals intervals;
  intervals.add(0.8, false);
  intervals.add(1.0, true);
  intervals.add(0.9, true);
  intervals.add(0.7, false);  // behind a gap
  const edge::RrStatistics rr = intervals.statistics();
  EXPECT_EQ(rr.count, 4);
  EXPECT_DOUBLE_EQ(rr.mean_s, 0.85);
  EXPECT_DOUBLE_EQ(rr.rate_bpm, 60 / 0.85);
  EXPECT_NEAR(rr.median_s, 0.85, 1e-6);
  EXPECT_NEAR(rr.sd_s, std::sqrt(0.0125), 1e-12);
  EXPECT_NEAR(rr.rmssd_s, std::sqrt((0.04 + 0.01) / 2), 1e-12);
  EXPECT_EQ(rr.shortest_s, 0.7);
  EXPECT_EQ(rr.longest_s, 1.0);
}

TEST(RrIntervals, TakeTheMedianOfTheLast128) {
  edge::RrIntervals intervals;
  for (int i = 0; i < 1000; ++i) intervals.add(2, true);
  for (int i = 0; i < 128; ++i) intervals.add(0.5, true);
  EXPECT_EQ(intervals.statistics().median_s, 0.5);
  EXPECT_EQ(intervals.statistics().longest_s, 2);
}

/// MIT-BIH record 100, two leads in format 212, is published to have 2273 beats (2239 normal, 33
/// premature atrial, 1 premature ventricular).
TEST(RPeaks, CountTheBeatsOfMitBihRecord100) {
  LITEHEART_NEEDS_SHARED();
  std::ifstream file(test::shared() / "formats/wfdb/100.dat", std::ios::binary);
  const std::vector<char> chars{std::istreambuf_iterator<char>(file), {}};
  const std::vector<unsigned char> bytes(chars.begin(), chars.end());
  ASSERT_EQ(bytes.size(), 1950000U);
  std::vector<float> mv;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const int raw = bytes[i] | (bytes[i + 1] & 15) << 8;
    mv.push_back(static_cast<float>((raw > 2047 ? raw - 4096 : raw) - 1024) / 200);
  }
  const Found found = find(mv, 360);
  EXPECT_EQ(found.peaks.size(), 2273U);
  EXPECT_GT(found.rr.shortest_s, 0.5);
  EXPECT_LT(found.rr.longest_s, 1.2);
}

}  // namespace
