// Measurements on drawn ECGs of known truth, and on what is no ECG.
#include "eval/delineation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "drawn_ecg.h"

namespace liteheart {
namespace {

using test::DrawnEcg;

constexpr std::size_t kI = 0, kV2 = 7;

EcgMeasurements measure(const DrawnEcg& ecg) {
  return measure_ecg(ecg.leads(), ecg.samples(), ecg.samples(), ecg.rate_hz);
}

bool nothing_measured(const EcgMeasurements& m) {
  return !m.qrs_axis_deg && !m.qrs_ms && !m.qt_ms &&
         std::none_of(m.st.begin(), m.st.end(), [](const auto& st) { return st.has_value(); });
}

std::vector<float> noise(std::size_t samples, float sd) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal(0, sd);
  std::vector<float> out(kLeads * samples);
  for (float& v : out) v = normal(random);
  return out;
}

TEST(Delineation, AxisIsTheDirectionOfTheQrsVector) {
  for (double axis = -175; axis <= 180; axis += 5)
    EXPECT_NEAR(std::remainder(measure({.axis_deg = axis}).qrs_axis_deg.value() - axis, 360), 0, 1)
        << axis;
}

TEST(Delineation, QrsDurationIsThatOfTheWave) {
  for (double qrs = 0.07; qrs <= 0.18; qrs += 0.01)
    EXPECT_NEAR(measure({.qrs_s = qrs, .qt_s = 0.44}).qrs_ms.value(), 1000 * qrs, 14);
}

TEST(Delineation, QtIsTakenToTheTangentJustBeforeTheWaveEnds) {
  // The tangent to a raised cosine of 160 ms meets the baseline 15 ms before it ends.
  for (double qt = 0.34; qt <= 0.48; qt += 0.02)
    EXPECT_NEAR(measure({.qt_s = qt}).qt_ms.value(), 1000 * qt - 15, 14);
}

TEST(Delineation, StLevelIsMeasuredInItsLeadWithItsSign) {
  for (const double st : {-0.2, -0.1, 0.1, 0.2}) {
    const auto m = measure({.v2_st_mv = st});
    for (std::size_t lead = 0; lead < kLeads; ++lead)
      EXPECT_NEAR(m.st[lead].value(), lead == kV2 ? st : 0, 0.02) << kLeadNames[lead];
  }
}

TEST(Delineation, IsTheSameAtEverySamplingRate) {
  const auto at_100 = measure({});
  for (const double rate : {128.0, 250.0, 500.0, 1000.0}) {
    const auto m = measure({.rate_hz = rate});
    EXPECT_NEAR(m.qrs_axis_deg.value(), at_100.qrs_axis_deg.value(), 1) << rate;
    EXPECT_NEAR(m.qrs_ms.value(), at_100.qrs_ms.value(), 8) << rate;
    EXPECT_NEAR(m.qt_ms.value(), at_100.qt_ms.value(), 8) << rate;
  }
}

TEST(Delineation, RareBeatsOfAnotherFormDoNotCount) {
  const DrawnEcg usual, wide{.axis_deg = -120, .qrs_s = 0.16};
  auto leads = usual.leads();
  const auto other = wide.leads();
  for (const std::size_t beat : {2u, 6u})
    for (std::size_t lead = 0; lead < kLeads; ++lead)
      for (std::size_t i = beat * 90; i < (beat + 1) * 90; ++i)
        leads[lead * usual.samples() + i] = other[lead * usual.samples() + i];
  const auto m = measure_ecg(leads, usual.samples(), usual.samples(), usual.rate_hz);
  EXPECT_NEAR(m.qrs_axis_deg.value(), 40, 1);
  EXPECT_NEAR(m.qrs_ms.value(), 100, 14);
}

TEST(Delineation, NoiseOfAUsualRecordingChangesLittle) {
  const DrawnEcg ecg;
  auto leads = ecg.leads();
  const auto muscle = noise(ecg.samples(), 0.02F);
  for (std::size_t i = 0; i < leads.size(); ++i) leads[i] += muscle[i];
  const auto m = measure_ecg(leads, ecg.samples(), ecg.samples(), ecg.rate_hz);
  EXPECT_NEAR(m.qrs_axis_deg.value(), 40, 3);
  EXPECT_NEAR(m.qrs_ms.value(), 100, 20);
  EXPECT_NEAR(m.qt_ms.value(), 385, 20);
}

TEST(Delineation, PaddingDoesNotCount) {
  const DrawnEcg ecg;
  const std::size_t window = ecg.samples() + 24;
  std::vector<float> padded(kLeads * window, std::numeric_limits<float>::quiet_NaN());
  const auto leads = ecg.leads();
  for (std::size_t lead = 0; lead < kLeads; ++lead)
    for (std::size_t i = 0; i < ecg.samples(); ++i)
      padded[lead * window + i] = leads[lead * ecg.samples() + i];
  const auto m = measure_ecg(padded, window, ecg.samples(), ecg.rate_hz);
  EXPECT_EQ(m.qt_ms.value(), measure(ecg).qt_ms.value());
}

TEST(Delineation, OfAFlatLeadNeitherItsStNorAnAxisIsMeasured) {
  const DrawnEcg ecg;
  for (const float level : {0.0F, -0.7F}) {
    auto leads = ecg.leads();
    std::fill_n(leads.begin() + kI * ecg.samples(), ecg.samples(), level);
    const auto m = measure_ecg(leads, ecg.samples(), ecg.samples(), ecg.rate_hz);
    EXPECT_FALSE(m.qrs_axis_deg) << level;
    EXPECT_FALSE(m.st[kI]) << level;
    EXPECT_TRUE(m.st[kV2]) << level;
    EXPECT_TRUE(m.qrs_ms) << level;
  }
}

TEST(Delineation, OfNoEcgNothingIsMeasured) {
  constexpr std::size_t kSamples = 1000;
  for (const float v : {0.0F, 1.0F, -3e38F, std::numeric_limits<float>::infinity()})
    EXPECT_TRUE(nothing_measured(
        measure_ecg(std::vector<float>(kLeads * kSamples, v), kSamples, kSamples, 100)))
        << v;
  for (const float sd : {1e-30F, 0.1F, 1e5F, 1e37F})
    EXPECT_TRUE(nothing_measured(measure_ecg(noise(kSamples, sd), kSamples, kSamples, 100))) << sd;
}

TEST(Delineation, OneValueThatIsNotFiniteMakesARecordingNotMeasurable) {
  const DrawnEcg ecg;
  for (const float v :
       {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity(), 3e38F}) {
    auto leads = ecg.leads();
    leads[5 * ecg.samples() + 321] = v;
    EXPECT_TRUE(nothing_measured(measure_ecg(leads, ecg.samples(), ecg.samples(), ecg.rate_hz)));
  }
}

TEST(Delineation, OfSpansAndRatesThatDoNotFitNothingIsMeasured) {
  const DrawnEcg ecg;
  const auto leads = ecg.leads();
  const std::size_t n = ecg.samples();
  EXPECT_TRUE(nothing_measured(measure_ecg({}, 0, 0, 100)));
  EXPECT_TRUE(nothing_measured(measure_ecg(leads, n, 0, 100)));
  EXPECT_TRUE(nothing_measured(measure_ecg(leads, n, n + 1, 100)));
  EXPECT_TRUE(nothing_measured(measure_ecg(std::span(leads).first(11 * n), n, n, 100)));
  EXPECT_TRUE(
      nothing_measured(measure_ecg(leads, std::numeric_limits<std::size_t>::max(), 1, 100)));
  for (const double rate : {0.0, -100.0, 49.0, 1e9, std::numeric_limits<double>::quiet_NaN()})
    EXPECT_TRUE(nothing_measured(measure_ecg(leads, n, n, rate))) << rate;
}

// The sanitizers watch: every length, and beats at any distance from the ends and from each other.
TEST(Delineation, StaysWithinItsInputAtEveryLength) {
  const DrawnEcg fast{.rr_s = 0.3, .qt_s = 0.28}, usual;
  for (const auto& leads : {fast.leads(), usual.leads(), noise(usual.samples(), 0.1F)}) {
    for (std::size_t valid = 1; valid <= usual.samples(); valid += valid < 400 ? 1 : 37)
      for (const double rate : {50.0, 100.0, 360.0}) {
        const auto m = measure_ecg(leads, usual.samples(), valid, rate);
        EXPECT_LE(m.qrs_ms.value_or(0), 200);
      }
  }
}

}  // namespace
}  // namespace liteheart
