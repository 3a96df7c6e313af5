#include "edge/quality.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <string>

#include "edge/arm_leads.h"
#include "edge/synthetic_ecg.h"

namespace {

using namespace liteheart;
using edge::Grade;
using edge::Quality;
using edge::SignalQuality;
using Samples = std::vector<float>;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Quality judged(const Samples& mv, double rate_hz, bool upright = true) {
  SignalQuality quality(rate_hz, upright);
  for (const float x : mv) quality.push(x);
  quality.finish();
  return quality.quality();
}

/// 75 beats a minute; P 0.12, R 1, T 0.25 mV.
Samples clean(double rate_hz, double seconds = 10) {
  return test::synthetic_ecg(rate_hz, seconds, test::steady_beats(seconds, 0.8));
}

Samples plus(Samples mv, double hz, double amplitude_mv, double rate_hz) {
  for (std::size_t i = 0; i < mv.size(); ++i)
    mv[i] += static_cast<float>(
        amplitude_mv * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate_hz));
  return mv;
}

/// White, so of muscle's band in part.
Samples plus_noise(Samples mv, float rms_mv) {
  test::Noise noise;
  for (float& x : mv) x += rms_mv * std::numbers::sqrt3_v<float> * noise.next();
  return mv;
}

class QualityAtRate : public testing::TestWithParam<double> {};
INSTANTIATE_TEST_SUITE_P(Rates, QualityAtRate,
                         testing::Values(100.0, 128.0, 250.0, 300.0, 500.0, 513.625, 1000.0,
                                         2000.0));

TEST_P(QualityAtRate, ACleanLeadIsGoodAndMeasured) {
  const Quality q = judged(clean(GetParam()), GetParam());
  EXPECT_EQ(q.grade, Grade::kGood);
  EXPECT_EQ(q.faults, 0U);
  EXPECT_EQ(q.not_judged, 0U);
  EXPECT_NEAR(q.seconds, 10, 0.01);
  EXPECT_GE(q.usable_seconds, 9);
  EXPECT_EQ(q.beats, 12);
  EXPECT_NEAR(q.rate_bpm, 75, 0.3);
  EXPECT_NEAR(q.qrs_mv, 1.2, 0.2);
  EXPECT_GT(q.beats_alike, 0.9F);
  EXPECT_LT(q.mains_mv, 0.01F);
  EXPECT_LT(q.muscle_mv, 0.005F);
  EXPECT_LT(q.wander_mv, 0.1F);
}

TEST_P(QualityAtRate, MuscleNoiseForbidsWhatIsToldFromPWaves) {
  // As much of it below 50 Hz at any rate.
  const auto rms = static_cast<float>(0.07 * std::sqrt(GetParam() / 100));
  const Quality q = judged(plus_noise(clean(GetParam()), rms), GetParam());
  EXPECT_EQ(q.grade, Grade::kLimited);
  EXPECT_EQ(q.faults, edge::kMuscle);
  EXPECT_EQ(q.not_judged, edge::kAtrial);
}

TEST_P(QualityAtRate, WanderForbidsStAndT) {
  const Quality q = judged(plus(clean(GetParam()), 0.3, 0.8, GetParam()), GetParam());
  EXPECT_EQ(q.grade, Grade::kLimited);
  EXPECT_EQ(q.faults, edge::kWander);
  EXPECT_EQ(q.not_judged, edge::kStT);
}

TEST(Quality, MainsIsMeasuredAtBothFrequencies) {
  for (const double rate_hz : {250.0, 500.0, 1000.0}) {
    for (const double hz : {50.0, 60.0}) {
      const Quality q =
          judged(plus(clean(rate_hz), hz, 0.1 * std::numbers::sqrt2, rate_hz), rate_hz);
      EXPECT_TRUE(q.mains_known);
      EXPECT_NEAR(q.mains_mv, 0.1, 0.005);
      EXPECT_EQ(q.faults, edge::kMains);
      EXPECT_EQ(q.grade, Grade::kGood) << "the networks' band-pass takes mains away";
    }
  }
}

TEST(Quality, SaysWhereMainsCannotBeTold) {
  EXPECT_FALSE(judged(clean(100), 100).mains_known);
  EXPECT_TRUE(judged(clean(128), 128).mains_known);
}

TEST(Quality, AFlatOrStuckLeadIsUnreadable) {
  for (const float level : {0.0F, 3.3F, -1e9F}) {
    const Quality q = judged(Samples(5000, level), 500);
    EXPECT_EQ(q.grade, Grade::kUnreadable);
    EXPECT_EQ(q.faults & edge::kFlat, edge::kFlat) << level;
    EXPECT_EQ(q.not_judged, edge::kAllGroups);
    EXPECT_EQ(q.beats, 0);
    EXPECT_EQ(q.rate_bpm, 0);
  }
}

TEST(Quality, ALeadThatComesOffIsLimitedThenUnreadable) {
  const auto off_from = [](std::size_t second) {
    Samples mv = clean(500);
    std::fill(mv.begin() + static_cast<std::ptrdiff_t>(second * 500), mv.end(), 0.0F);
    return judged(mv, 500);
  };
  EXPECT_EQ(off_from(8).grade, Grade::kLimited);
  EXPECT_EQ(off_from(8).faults, edge::kLeadOff);
  EXPECT_EQ(off_from(8).usable_seconds, 8);
  EXPECT_EQ(off_from(3).grade, Grade::kUnreadable);
  EXPECT_EQ(off_from(3).faults & edge::kLeadOff, edge::kLeadOff);
}

TEST(Quality, AnOpenInputThatPicksUpMainsIsLeadOff) {
  const Quality q = judged(plus(Samples(5000), 50, 3, 500), 500);
  EXPECT_EQ(q.grade, Grade::kUnreadable);
  EXPECT_EQ(q.faults & edge::kLeadOff, edge::kLeadOff);
}

TEST(Quality, SaturationIsNamed) {
  Samples mv = clean(500);
  std::fill(mv.begin() + 2100, mv.begin() + 2400, 5.0F);
  const Quality q = judged(mv, 500);
  EXPECT_EQ(q.faults & edge::kSaturated, edge::kSaturated);
  EXPECT_EQ(q.grade, Grade::kLimited);
  EXPECT_EQ(q.not_judged & edge::kVoltage, edge::kVoltage);
}

TEST(Quality, ClippedBeatsAreNamedAtEitherSide) {
  for (const float sign : {1.0F, -1.0F}) {
    Samples mv = clean(500);
    for (float& x : mv) x = sign * std::fmin(x, 0.7F);
    const Quality q = judged(mv, 500, false);
    EXPECT_EQ(q.faults, edge::kClipped);
    EXPECT_EQ(q.grade, Grade::kLimited);
    EXPECT_EQ(q.not_judged & edge::kVoltage, edge::kVoltage);
  }
}

TEST(Quality, MotionIsNamed) {
  Samples mv = clean(500, 20);
  for (const std::size_t second : {6, 10, 14})
    for (std::size_t i = 0; i < 400; ++i)
      mv[second * 500 + i] +=
          6 * static_cast<float>(std::sin(std::numbers::pi * static_cast<double>(i) / 400));
  const Quality q = judged(mv, 500);
  EXPECT_EQ(q.faults & edge::kMotion, edge::kMotion);
  EXPECT_EQ(q.usable_seconds, 17);
}

TEST(Quality, MissingSamplesAreCounted) {
  Samples mv = clean(500);
  std::fill(mv.begin() + 2000, mv.begin() + 2500, kNan);
  const Quality q = judged(mv, 500);
  EXPECT_FLOAT_EQ(q.missing, 0.1F);
  EXPECT_EQ(q.faults, edge::kMissing);
  EXPECT_EQ(q.grade, Grade::kLimited);
  const Quality none = judged(Samples(5000, kNan), 500);
  EXPECT_EQ(none.grade, Grade::kUnreadable);
  EXPECT_EQ(none.faults & edge::kMissing, edge::kMissing);
  EXPECT_EQ(none.missing, 1);
}

TEST(Quality, MicrovoltsTakenForMillivoltsAreUnreadable) {
  Samples mv = clean(500);
  for (float& x : mv) x *= 1000;
  const Quality q = judged(mv, 500);
  EXPECT_EQ(q.grade, Grade::kUnreadable);
  EXPECT_EQ(q.faults & edge::kAmplitude, edge::kAmplitude);
}

TEST(Quality, VoltsTakenForMillivoltsAreUnreadable) {
  Samples mv = clean(500);
  for (float& x : mv) x /= 1000;
  EXPECT_EQ(judged(mv, 500).grade, Grade::kUnreadable);
}

TEST(Quality, BeatsTooLowForAHeartAreUnreadable) {
  Samples mv = clean(500);
  for (float& x : mv) x *= 0.035F;
  const Quality q = judged(mv, 500);
  EXPECT_EQ(q.grade, Grade::kUnreadable);
  EXPECT_EQ(q.faults, edge::kAmplitude);
}

TEST(Quality, LessThanTwoSecondsAreUnreadableLessThanFiveLimited) {
  EXPECT_EQ(judged(clean(500, 1.9), 500).grade, Grade::kUnreadable);
  EXPECT_EQ(judged(clean(500, 1.9), 500).faults & edge::kTooShort, edge::kTooShort);
  EXPECT_EQ(judged(clean(500, 4), 500).grade, Grade::kLimited);
  EXPECT_EQ(judged(clean(500, 4), 500).faults, edge::kTooShort);
  EXPECT_EQ(judged(clean(500, 5), 500).grade, Grade::kGood);
  EXPECT_EQ(judged({}, 500).grade, Grade::kUnreadable);
  EXPECT_EQ(judged({}, 500).faults, edge::kTooShort);
}

TEST(Quality, NoiseWithoutAHeartIsUnreadable) {
  for (const float rms : {0.02F, 0.2F, 2.0F}) {
    const Quality q = judged(plus_noise(Samples(5000), rms), 500);
    EXPECT_EQ(q.grade, Grade::kUnreadable) << rms;
    EXPECT_EQ(q.faults & edge::kNoBeats, edge::kNoBeats) << rms;
  }
}

TEST(Quality, ALeadUpsideDownIsNamedWhereItShouldBeUpright) {
  Samples mv = clean(500);
  for (float& x : mv) x = -x;
  const Quality q = judged(mv, 500);
  EXPECT_EQ(q.grade, Grade::kLimited);
  EXPECT_EQ(q.faults, edge::kInverted);
  EXPECT_EQ(q.not_judged & edge::kAxis, edge::kAxis);
  EXPECT_EQ(judged(mv, 500, false).faults, 0U);
}

TEST(Quality, AnUprightPWaveIsNotInverted) {
  test::EcgShape shape;
  shape.r_mv = -1, shape.t_mv = -0.25;
  const auto mv = test::synthetic_ecg(500, 10, test::steady_beats(10, 0.8), shape);
  EXPECT_EQ(judged(mv, 500).faults & edge::kInverted, 0U);
}

TEST(Quality, AtrialFibrillationAndPrematureBeatsAreReadable) {
  test::Noise noise;
  std::vector<double> beats;
  for (double at = 0.5; at < 29; at += 0.7 + 0.25 * static_cast<double>(noise.next()))
    beats.push_back(at);
  test::EcgShape shape;
  shape.p_mv = 0;
  Samples mv = test::synthetic_ecg(300, 30, beats, shape);
  for (std::size_t i = 0; i < mv.size(); ++i)
    mv[i] += 0.06F * static_cast<float>(std::sin(0.13 * static_cast<double>(i)));
  EXPECT_EQ(judged(mv, 300).grade, Grade::kGood);
}

/// Whatever comes, all that is said is finite and within its range.
void expect_sound(const Quality& q) {
  for (const double x : {static_cast<double>(q.missing), static_cast<double>(q.mains_mv),
                         static_cast<double>(q.wander_mv), static_cast<double>(q.muscle_mv),
                         static_cast<double>(q.qrs_mv), static_cast<double>(q.range_mv),
                         static_cast<double>(q.beats_alike), static_cast<double>(q.prominence),
                         q.rate_bpm, q.seconds, q.usable_seconds}) {
    EXPECT_TRUE(std::isfinite(x));
    EXPECT_GE(x, 0);
  }
  EXPECT_EQ(q.faults >> edge::kFaults, 0U);
  EXPECT_EQ(q.not_judged & ~edge::kAllGroups, 0U);
  EXPECT_EQ(q.grade == Grade::kGood, q.faults == 0);
  EXPECT_EQ(q.not_judged == 0, q.grade == Grade::kGood);
}

TEST(Quality, AnySampleIsTaken) {
  const float infinity = std::numeric_limits<float>::infinity(),
              most = std::numeric_limits<float>::max();
  for (const float odd : {infinity, -infinity, kNan, most, -most, 1e-45F}) {
    Samples mv = clean(250, 20);
    for (std::size_t i = 0; i < mv.size(); i += 97) mv[i] = odd;
    expect_sound(judged(mv, 250));
    expect_sound(judged(Samples(3000, odd), 250));
  }
}

TEST(Quality, RecoversFromAHugeSample) {
  Samples mv = clean(250, 60);
  mv[500] = 1e5F;
  SignalQuality quality(250, true);
  for (const float x : mv) quality.push(x);
  EXPECT_EQ(quality.recent().grade, Grade::kGood);
  EXPECT_NEAR(quality.recent().rate_bpm, 75, 1);
}

TEST(Quality, RatesThatAreNotTakenAreUnreadable) {
  for (const double rate_hz : {0.0, -5.0, 20.0, 1e7, std::nan("")})
    EXPECT_EQ(judged(clean(100), rate_hz).grade, Grade::kUnreadable);
}

TEST(Quality, TheLastTenSecondsForgetWhatWasBefore) {
  Samples mv(5000);
  const Samples good = clean(500, 20);
  mv.insert(mv.end(), good.begin(), good.end());
  SignalQuality quality(500);
  for (const float x : mv) quality.push(x);
  EXPECT_EQ(quality.recent().grade, Grade::kGood);
  EXPECT_EQ(quality.recent().seconds, 10);
  EXPECT_NEAR(quality.recent().rate_bpm, 75, 1);
  EXPECT_EQ(quality.quality().faults, edge::kLeadOff);
}

TEST(Quality, EveryFaultHasAWordAndAllButMainsForbidSomething) {
  for (std::size_t bit = 0; bit < edge::kFaults; ++bit) {
    EXPECT_FALSE(std::string(edge::fault_text(bit)).empty());
    EXPECT_EQ(edge::groups_not_judged(1U << bit) == 0, 1U << bit == edge::kMains);
  }
  EXPECT_EQ(edge::fault_text(edge::kFaults), nullptr);
  EXPECT_EQ(edge::groups_not_judged(0), 0U);
  EXPECT_STREQ(edge::grade_text(Grade::kLimited), "limited");
}

/// [12, samples] of a heart whose axis is about 45 degrees.
Samples twelve_leads(bool swapped) {
  const Samples one = clean(500);
  Samples out;
  const auto add = [&](float gain) {
    for (const float x : one) out.push_back(gain * x);
  };
  const float i = 0.8F, ii = 1.0F, iii = ii - i, avr = -(i + ii) / 2, avl = (i - iii) / 2,
              avf = (ii + iii) / 2;
  if (swapped)
    for (const float gain : {-i, iii, ii, avl, avr, avf}) add(gain);
  else
    for (const float gain : {i, ii, iii, avr, avl, avf}) add(gain);
  for (const float gain : {-0.4F, 0.3F, 0.8F, 1.2F, 1.1F, 0.9F}) add(gain);
  return out;
}

TEST(ArmLeads, SwappedOnesAreFound) {
  const Samples swapped = twelve_leads(true), placed = twelve_leads(false);
  EXPECT_TRUE(edge::arms_swapped(swapped.data(), swapped.size() / 12, 500));
  EXPECT_FALSE(edge::arms_swapped(placed.data(), placed.size() / 12, 500));
}

TEST(ArmLeads, AHeartOnTheRightIsNotASwap) {
  Samples mv = twelve_leads(true);
  const std::size_t samples = mv.size() / 12;
  for (std::size_t i = 11 * samples; i < mv.size(); ++i) mv[i] = -mv[i];
  EXPECT_FALSE(edge::arms_swapped(mv.data(), samples, 500));
}

}  // namespace
