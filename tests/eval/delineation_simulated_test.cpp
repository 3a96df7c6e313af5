// The delineator on simulated recordings, noise and conditioning included: against the heart that
// was simulated, and against what is measured on the same recording without noise or filter.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "data/conditioner.h"
#include "data/measured_ecg.h"
#include "data/simulator.h"
#include "data/simulator_heart.h"
#include "data/simulator_recording.h"
#include "eval/delineation.h"

namespace liteheart {
namespace {

using test::MeasuredEcg;

constexpr int kSeeds = 25;

struct Truth {
  double qrs_axis_deg, qrs_ms, qt_ms, rr_s;
  std::array<double, kLeads> st_mv;
};

Recording record(const SimulatedCentre& centre, const std::string& finding, std::uint64_t seed) {
  return simulator::record(centre, simulator::parse_findings({finding}), seed, seed);
}

/// Axis and ST level as measured without noise or filter, intervals of the simulated heart.
Truth truth_of(const std::string& finding, std::uint64_t seed) {
  SimulatedCentre silent;
  silent.name = "silent";
  silent.wander_mv = silent.muscle_mv = silent.mains_mv = silent.electrode_mv = 0;
  silent.gain_sd = 0;
  const Recording recording = record(silent, finding, seed);
  const MeasuredEcg ecg(recording);
  const simulator::Heart heart = simulator::draw_heart(simulator::parse_findings({finding}), seed);
  const double rr_s = test::median(ecg.rr_s());
  const double qt_s = heart.qtc_s * std::cbrt(rr_s) + std::max(0.0, heart.qrs_s - 0.08);
  Truth truth{ecg.qrs_axis_deg(), 1000 * heart.qrs_s, 1000 * qt_s, rr_s, {}};
  for (std::size_t lead = 0; lead < kLeads; ++lead)
    truth.st_mv[lead] = ecg.st(static_cast<test::Lead>(lead));
  return truth;
}

EcgMeasurements measure(const edge::Conditioning& conditioning, const std::string& finding,
                        std::uint64_t seed) {
  const auto window = static_cast<std::size_t>(conditioning.window);
  std::vector<std::int16_t> stored(kLeads * window);
  Conditioner conditioner(conditioning);
  const int valid = conditioner.condition(record(simulated_centres()[0], finding, seed), stored);
  std::vector<float> mv;
  for (const std::int16_t v : stored) mv.push_back(kStoredScale * static_cast<float>(v));
  return measure_ecg(mv, window, static_cast<std::size_t>(valid), conditioning.rate_hz);
}

edge::Conditioning preset_500_in_mv() {
  edge::Conditioning conditioning = edge::paper_500();
  conditioning.normalization = edge::Normalization::kFixedGain;
  return conditioning;
}

class DelineationOfSimulated : public testing::TestWithParam<edge::Conditioning> {
 protected:
  // Calls check(measured, truth) for kSeeds recordings.
  template <typename Check>
  void for_seeds(const std::string& finding, Check&& check) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      SCOPED_TRACE(finding + " seed " + std::to_string(seed));
      check(measure(GetParam(), finding, seed), truth_of(finding, seed));
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Presets, DelineationOfSimulated,
                         testing::Values(edge::compact_100(), preset_500_in_mv()),
                         [](const auto& preset) {
                           return std::to_string(static_cast<int>(preset.param.rate_hz)) + "Hz";
                         });

double turn(double a, double b) { return std::abs(std::remainder(a - b, 360)); }

TEST_P(DelineationOfSimulated, AxisIsWithinSixDegrees) {
  for (const char* finding : {"NSR", "LAD", "RAD", "LBBB", "PVC", "LQRSV"})
    for_seeds(finding, [](const EcgMeasurements& m, const Truth& truth) {
      EXPECT_LT(turn(m.qrs_axis_deg.value(), truth.qrs_axis_deg), 6);
    });
}

TEST_P(DelineationOfSimulated, AxisDeviationIsSeenInEveryRecording) {
  for_seeds("LAD", [](const auto& m, const Truth&) {
    EXPECT_LT(m.qrs_axis_deg.value(), -30);
    EXPECT_GT(m.qrs_axis_deg.value(), -90);
  });
  for_seeds("RAD", [](const auto& m, const Truth&) { EXPECT_GT(m.qrs_axis_deg.value(), 90); });
}

TEST_P(DelineationOfSimulated, QrsDurationIsWithin16MsAndWideOnlyInBundleBranchBlock) {
  for (const char* finding : {"NSR", "LAD", "RAD", "PVC", "LQT"})
    for_seeds(finding, [](const EcgMeasurements& m, const Truth& truth) {
      EXPECT_NEAR(m.qrs_ms.value(), truth.qrs_ms, 16);
      EXPECT_LT(m.qrs_ms.value(), 120);
    });
  for (const char* finding : {"LBBB", "RBBB"})
    for_seeds(finding, [](const EcgMeasurements& m, const Truth& truth) {
      EXPECT_NEAR(m.qrs_ms.value(), truth.qrs_ms, 16);
      EXPECT_GT(m.qrs_ms.value(), 120);
    });
}

// The band-pass and the tangent pull the end of T forward, the more the longer T is.
TEST_P(DelineationOfSimulated, QtIsUpTo50MsShort) {
  for (const char* finding : {"NSR", "LQT", "SB", "STach", "RBBB"}) {
    int measured = 0;
    for_seeds(finding, [&](const EcgMeasurements& m, const Truth& truth) {
      if (!m.qt_ms) return;
      ++measured;
      EXPECT_LT(*m.qt_ms, truth.qt_ms + 10);
      EXPECT_GT(*m.qt_ms, truth.qt_ms - 50);
    });
    EXPECT_GE(measured, 0.8 * kSeeds) << finding;
  }
}

TEST_P(DelineationOfSimulated, QtIsLongOnlyInLongQt) {
  const auto corrected_ms = [](const auto& m, const Truth& truth) {
    return m.qt_ms.value() / std::cbrt(truth.rr_s);
  };
  for_seeds("NSR", [&](const auto& m, const Truth& t) { EXPECT_LT(corrected_ms(m, t), 440); });
  for_seeds("LQT", [&](const auto& m, const Truth& t) { EXPECT_GT(corrected_ms(m, t), 440); });
}

TEST_P(DelineationOfSimulated, StLevelIsWithin40MicrovoltsInMostLeads) {
  for (const char* finding : {"NSR", "STE", "STD"}) {
    std::vector<double> errors;
    for_seeds(finding, [&](const EcgMeasurements& m, const Truth& truth) {
      for (std::size_t lead = 0; lead < kLeads; ++lead)
        errors.push_back(std::abs(m.st[lead].value() - truth.st_mv[lead]));
    });
    EXPECT_LT(test::median(errors), 0.04) << finding;
  }
}

}  // namespace
}  // namespace liteheart
