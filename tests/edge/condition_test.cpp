#include "edge/condition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace liteheart::edge {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();

/// A drifting, noisy recording of several leads in mV.
std::vector<float> recording(std::size_t samples, std::size_t leads, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> step(0, 0.1f);
  std::vector<float> mv(samples * leads);
  for (std::size_t lead = 0; lead < leads; ++lead) {
    float value = 0;
    for (std::size_t t = 0; t < samples; ++t)
      mv[lead * samples + t] = value = 0.95f * value + step(random);
  }
  return mv;
}

struct Filtered {
  Status status;
  std::vector<float> mv;
};

/// Runs with buffers of exactly the promised sizes and scratch at an odd float address.
Filtered filter(const Conditioning& c, double source_hz, const std::vector<float>& mv,
                std::size_t leads) {
  const std::size_t samples = leads ? mv.size() / leads : 0;
  Filtered result{Status::kOk, std::vector<float>(filtered_samples(c, source_hz, samples) * leads)};
  std::vector<float> scratch(filter_scratch(c, source_hz, samples, leads) + 1, kNan);
  result.status = filter_recording(c, source_hz, mv.data(), samples, leads, result.mv.data(),
                                   result.mv.size(), scratch.data() + 1, scratch.size() - 1);
  return result;
}

void expect_near(const std::vector<float>& a, const std::vector<float>& b, float tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance) << "at " << i;
}

TEST(FilterRecording, RefusesRatesOutOfRange) {
  const std::vector<float> mv = recording(1000, 1);
  for (double bad : {0.0, -1.0, 1e6, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(filter(compact_100(), bad, mv, 1).status, Status::kBadRate) << bad;
    EXPECT_EQ(filtered_samples(compact_100(), bad, 1000), 0u);
    EXPECT_EQ(filter_scratch(compact_100(), bad, 1000, 1), 0u);
    Conditioning c = compact_100();
    c.rate_hz = bad;
    EXPECT_EQ(filter(c, 500, mv, 1).status, Status::kBadRate) << bad;
  }
}

TEST(FilterRecording, RefusesBandsThatTheRateCannotHold) {
  const std::vector<float> mv = recording(1000, 1);
  const double nan = std::nan("");
  const std::pair<double, double> bands[] = {{0, 47}, {-1, 47}, {1, 50},   {1, 60},
                                             {47, 1}, {10, 10}, {nan, 47}, {1, nan}};
  for (const auto& [low, high] : bands) {
    Conditioning c = compact_100();
    c.low_hz = low, c.high_hz = high;
    EXPECT_EQ(filter(c, 100, mv, 1).status, Status::kBadFilter) << low << " - " << high;
  }
}

TEST(FilterRecording, NeedsMoreSamplesThanThePadding) {
  EXPECT_EQ(filter(compact_100(), 100, recording(21, 3), 3).status, Status::kTooShort);
  EXPECT_EQ(filter(compact_100(), 100, recording(22, 3), 3).status, Status::kOk);
  EXPECT_EQ(filter(compact_100(), 500, recording(105, 3), 3).status, Status::kTooShort);
  EXPECT_EQ(filter(compact_100(), 500, recording(106, 3), 3).status, Status::kOk);
  EXPECT_EQ(filter(compact_100(), 100, {}, 1).status, Status::kTooShort);
  EXPECT_EQ(filter(compact_100(), 100, {}, 0).status, Status::kTooShort);
}

TEST(FilterRecording, RefusesBuffersBelowTheStatedSizes) {
  const Conditioning c = compact_100();
  const std::vector<float> mv = recording(1000, 2);
  const std::size_t outputs = 2 * filtered_samples(c, 300, 500);
  const std::size_t floats = filter_scratch(c, 300, 500, 2);
  std::vector<float> out(outputs), scratch(floats);
  const auto run = [&](std::size_t out_floats, std::size_t scratch_floats) {
    return filter_recording(c, 300, mv.data(), 500, 2, out.data(), out_floats, scratch.data(),
                            scratch_floats);
  };
  EXPECT_EQ(run(outputs - 1, floats), Status::kOutputTooSmall);
  EXPECT_EQ(run(outputs, floats - 1), Status::kScratchTooSmall);
  EXPECT_EQ(run(outputs, floats), Status::kOk);
}

TEST(FilterRecording, SizesSaturateInsteadOfOverflowing) {
  EXPECT_EQ(filtered_samples(paper_500(), 100, kMost), kMost);
  EXPECT_EQ(filter_scratch(paper_500(), 100, kMost, 12), kMost);
  EXPECT_EQ(filter_scratch(compact_100(), 100, kMost / 8, 12), kMost);
  float nothing = 0;
  EXPECT_EQ(filter_recording(paper_500(), 100, &nothing, kMost, 12, &nothing, 1, &nothing, 1),
            Status::kOutputTooSmall);
  EXPECT_EQ(filter_recording(compact_100(), 100, &nothing, 1000, kMost, &nothing, 1, &nothing, 1),
            Status::kOutputTooSmall);
}

TEST(FilterRecording, TreatsEveryLeadAlike) {
  for (double source_hz : {100.0, 500.0, 513.625})
    for (std::size_t leads = 1; leads <= 13; ++leads) {
      const std::size_t samples = 700;
      const std::vector<float> mv = recording(samples, leads);
      const Filtered together = filter(compact_100(), source_hz, mv, leads);
      ASSERT_EQ(together.status, Status::kOk);
      std::vector<float> alone;
      for (std::size_t lead = 0; lead < leads; ++lead) {
        const auto begin = mv.begin() + static_cast<std::ptrdiff_t>(lead * samples);
        const Filtered one = filter(compact_100(), source_hz,
                                    {begin, begin + static_cast<std::ptrdiff_t>(samples)}, 1);
        alone.insert(alone.end(), one.mv.begin(), one.mv.end());
      }
      expect_near(together.mv, alone, 1e-6f);
    }
}

TEST(FilterRecording, IsLinear) {
  const Conditioning presets[] = {compact_100(), paper_500()};
  for (const Conditioning& c : presets)
    for (double source_hz : {100.0, 300.0, 500.0, 513.6}) {
      const std::vector<float> a = recording(900, 2, 1), b = recording(900, 2, 2);
      std::vector<float> sum(a.size());
      for (std::size_t i = 0; i < a.size(); ++i) sum[i] = 2 * a[i] - 3 * b[i];
      const Filtered fa = filter(c, source_hz, a, 2), fb = filter(c, source_hz, b, 2);
      std::vector<float> expected(fa.mv.size());
      for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = 2 * fa.mv[i] - 3 * fb.mv[i];
      expect_near(filter(c, source_hz, sum, 2).mv, expected, 5e-6f);
    }
}

TEST(FilterRecording, RemovesAnElectrodeOffset) {
  const std::vector<float> mv = recording(1000, 4);
  std::vector<float> offset = mv;
  for (float& value : offset) value += 64;
  // The sum rounds 64 + x to 8e-6.
  expect_near(filter(compact_100(), 100, offset, 4).mv, filter(compact_100(), 100, mv, 4).mv,
              2e-5f);
}

TEST(FilterRecording, KeepsAQrsAndRemovesWanderAndMains) {
  const Conditioning c = compact_100();
  const auto amplitude = [&](double hz) {
    std::vector<float> sine(10000);
    for (std::size_t i = 0; i < sine.size(); ++i)
      sine[i] =
          static_cast<float>(std::sin(2 * 3.14159265358979 * hz * static_cast<double>(i) / 500));
    const std::vector<float> out = filter(c, 500, sine, 1).mv;
    return *std::max_element(out.begin() + 500, out.end() - 500);
  };
  EXPECT_NEAR(amplitude(15), 1, 0.01);
  EXPECT_LT(amplitude(0.15), 0.01);
  EXPECT_LT(amplitude(60), 0.01);
}

TEST(FilterRecording, BridgesMissingSamplesByALine) {
  for (float missing : {kNan, kInfinity, -kInfinity}) {
    std::vector<float> holes = recording(600, 3), bridged = holes;
    float* const hole = holes.data() + 600;  // the second lead
    float* const line = bridged.data() + 600;
    for (int i = 100; i < 110; ++i) {
      hole[i] = missing;
      line[i] = line[99] + (line[110] - line[99]) * static_cast<float>(i - 99) / 11;
    }
    hole[300] = missing, line[300] = (line[299] + line[301]) / 2;
    for (int i = 0; i < 7; ++i) hole[i] = missing, line[i] = line[7];
    for (int i = 580; i < 600; ++i) hole[i] = missing, line[i] = line[579];
    for (double source_hz : {100.0, 500.0})
      expect_near(filter(compact_100(), source_hz, holes, 3).mv,
                  filter(compact_100(), source_hz, bridged, 3).mv, 1e-6f);
  }
}

TEST(FilterRecording, GivesZeroForALeadWithoutSamples) {
  for (std::size_t leads : {1u, 2u, 5u}) {
    std::vector<float> mv = recording(600, leads);
    std::fill(mv.end() - 600, mv.end(), kNan);
    const Filtered result = filter(compact_100(), 500, mv, leads);
    ASSERT_EQ(result.status, Status::kOk);
    for (std::size_t i = 0; i < 120; ++i) EXPECT_EQ(result.mv[(leads - 1) * 120 + i], 0);
    if (leads > 1) {
      EXPECT_NE(result.mv[60], 0);
    }
  }
}

TEST(FilterRecording, GivesZeroForAFlatLeadAtThePresetsRate) {
  for (float value : filter(compact_100(), 100, std::vector<float>(4000, -32.768f), 4).mv)
    EXPECT_EQ(value, 0);
}

TEST(FilterRecording, StaysFiniteAtAnyLengthRateAndHoles) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> log_rate(0, 5), uniform;
  for (std::size_t samples = 1; samples <= 200; ++samples) {
    Conditioning c = samples % 2 ? compact_100() : paper_500();
    const double source_hz = samples % 3 ? std::pow(10, log_rate(random)) : 500;
    const std::size_t leads = 1 + samples % 6;
    std::vector<float> mv = recording(samples, leads, static_cast<unsigned>(samples));
    const double holes = uniform(random);
    for (float& value : mv)
      if (uniform(random) < holes * holes) value = samples % 4 ? kNan : kInfinity;
    const Filtered result = filter(c, source_hz, mv, leads);
    const bool enough = filtered_samples(c, source_hz, samples) > 21;
    ASSERT_EQ(result.status, enough ? Status::kOk : Status::kTooShort);
    for (float value : result.mv)
      ASSERT_TRUE(std::isfinite(value)) << samples << " at " << source_hz;
  }
}

std::vector<float> window(const Conditioning& c, const std::vector<float>& filtered,
                          std::size_t leads, std::size_t start) {
  std::vector<float> out(leads * static_cast<std::size_t>(c.window), kNan);
  EXPECT_EQ(cut_window(c, filtered.data(), filtered.size() / leads, leads, start, out.data()),
            Status::kOk);
  return out;
}

Conditioning z_score() {
  Conditioning c = compact_100();
  c.normalization = Normalization::kZScore;
  return c;
}

TEST(CutWindow, ScoresEachLeadOverTheSamplesThatExist) {
  std::vector<float> mv = recording(1000, 2);
  for (std::size_t i = 0; i < 1000; ++i) mv[1000 + i] = 5 + 3 * mv[1000 + i];
  const std::vector<float> out = window(z_score(), mv, 2, 200);
  for (std::size_t lead = 0; lead < 2; ++lead) {
    const float* const x = out.data() + lead * 1024;
    double mean = 0, square = 0;
    for (std::size_t i = 0; i < 800; ++i) mean += x[i] / 800.0, square += x[i] * x[i] / 800.0;
    EXPECT_NEAR(mean, 0, 1e-6);
    EXPECT_NEAR(square, 1, 1e-6);
    for (std::size_t i = 800; i < 1024; ++i) EXPECT_EQ(x[i], 0);
    // Order and sign are kept.
    const float* const from = mv.data() + lead * 1000 + 200;
    EXPECT_NEAR((x[5] - x[4]) * (from[9] - from[8]), (x[9] - x[8]) * (from[5] - from[4]), 1e-6);
    EXPECT_GT((x[5] - x[4]) * (from[5] - from[4]), 0);
  }
}

TEST(CutWindow, TakesOnlyItsOwnSamples) {
  const std::vector<float> mv = recording(3000, 1);
  const std::vector<float> cut(mv.begin() + 700, mv.begin() + 700 + 1024);
  EXPECT_EQ(window(z_score(), mv, 1, 700), window(z_score(), cut, 1, 0));
}

TEST(CutWindow, GivesZeroForAFlatLead) {
  std::vector<float> mv = recording(1000, 3);
  std::fill(mv.begin() + 1000, mv.begin() + 2000, 1.7f);
  for (std::size_t i = 2000; i < 3000; ++i) mv[i] *= 1e-8f;  // what rounding leaves of a flat lead
  const std::vector<float> out = window(z_score(), mv, 3, 0);
  EXPECT_NE(out[0], 0);
  for (std::size_t i = 1024; i < 3 * 1024; ++i) EXPECT_EQ(out[i], 0);
}

TEST(CutWindow, IsZeroBehindTheEnd) {
  const std::vector<float> mv = recording(1000, 2);
  for (std::size_t start : {std::size_t{1000}, std::size_t{5000}, kMost})
    for (float value : window(compact_100(), mv, 2, start)) EXPECT_EQ(value, 0);
}

TEST(CutWindow, KeepsMillivoltsUnderFixedGain) {
  Conditioning c = compact_100();
  c.normalization = Normalization::kFixedGain;
  c.window = 100;
  const std::vector<float> mv = recording(1000, 2);
  const std::vector<float> out = window(c, mv, 2, 950);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(out[i], i < 50 ? mv[950 + i] : 0);
    EXPECT_EQ(out[100 + i], i < 50 ? mv[1950 + i] : 0);
  }
}

TEST(CutWindow, RefusesNoLeadAndNoWindow) {
  float value = 0;
  Conditioning c = compact_100();
  EXPECT_EQ(cut_window(c, &value, 1, 0, 0, &value), Status::kTooShort);
  c.window = 0;
  EXPECT_EQ(cut_window(c, &value, 1, 1, 0, &value), Status::kTooShort);
  c.window = -5;
  EXPECT_EQ(cut_window(c, &value, 1, 1, 0, &value), Status::kTooShort);
}

TEST(StatusText, NamesEveryStatusDifferently) {
  std::vector<std::string> texts;
  for (int i = 0; i <= static_cast<int>(Status::kScratchTooSmall) + 1; ++i)
    texts.push_back(status_text(static_cast<Status>(i)));
  for (std::size_t i = 0; i < texts.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(texts[i], texts[j]);
}

}  // namespace
}  // namespace liteheart::edge
