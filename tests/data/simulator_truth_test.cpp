// Simulated findings show on the signal: each is measured by the criterion that readers of ECGs
// use.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "data/simulator.h"
#include "measured_ecg.h"

namespace liteheart {
namespace {

using namespace test;

constexpr int kSeeds = 25;

Recording clean(const std::vector<std::string>& findings, std::uint64_t seed) {
  SimulatedCentre centre;
  centre.name = "silent";
  centre.wander_mv = centre.muscle_mv = centre.mains_mv = centre.electrode_mv = 0;
  centre.gain_sd = 0;
  return simulate(centre, findings, seed);
}

// Calls check(measured) for kSeeds recordings of `findings`.
template <typename Check>
void for_seeds(const std::vector<std::string>& findings, Check&& check) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Recording recording = clean(findings, seed);
    check(MeasuredEcg(recording));
  }
}

int inverted_t_leads(const MeasuredEcg& ecg) {
  int count = 0;
  for (const Lead lead : {I, II, aVF, V2, V3, V4, V5, V6}) count += ecg.t_wave(lead) < -0.1;
  return count;
}

TEST(SimulatorTruth, NormalRecordingsAreNormalByEveryCriterion) {
  for_seeds({}, [](const MeasuredEcg& ecg) {
    EXPECT_GT(ecg.heart_rate_bpm(), 60);
    EXPECT_LT(ecg.heart_rate_bpm(), 100);
    EXPECT_LT(variation(ecg.rr_s()), 0.05);
    EXPECT_GT(ecg.pr_s(), 0.12);
    EXPECT_LT(ecg.pr_s(), 0.2);
    EXPECT_LT(ecg.qrs_width_s(), 0.11);
    EXPECT_LT(ecg.qtc_s(), 0.46);
    EXPECT_GT(ecg.qrs_axis_deg(), -30);
    EXPECT_LT(ecg.qrs_axis_deg(), 90);
    EXPECT_GT(ecg.limb_voltage(), 0.5);
    EXPECT_LT(ecg.sokolow_lyon(), 3.5);
    EXPECT_EQ(inverted_t_leads(ecg), 0);
    for (const Lead lead : {I, II, aVF, V5, V6}) EXPECT_LT(std::abs(ecg.st(lead)), 0.1);
  });
}

TEST(SimulatorTruth, RateIsBelow60InBradycardiaAndAbove100InTachycardia) {
  for_seeds({"SB"}, [](const MeasuredEcg& ecg) { EXPECT_LT(ecg.heart_rate_bpm(), 60); });
  for_seeds({"STach"}, [](const MeasuredEcg& ecg) { EXPECT_GT(ecg.heart_rate_bpm(), 100); });
}

TEST(SimulatorTruth, FibrillationIsFarMoreIrregularThanSinusRhythm) {
  double sinus = 0, fibrillation = 0;
  for_seeds({"NSR"}, [&](const MeasuredEcg& ecg) { sinus += variation(ecg.rr_s()) / kSeeds; });
  for_seeds({"AF"}, [&](const MeasuredEcg& ecg) {
    EXPECT_GT(variation(ecg.rr_s()), 0.1);
    fibrillation += variation(ecg.rr_s()) / kSeeds;
  });
  EXPECT_GT(fibrillation, 8 * sinus);
}

TEST(SimulatorTruth, SinusArrhythmiaVariesByMoreThan120MsButSmoothly) {
  for_seeds({"SA"}, [](const MeasuredEcg& ecg) {
    const auto [shortest, longest] = std::minmax_element(ecg.rr_s().begin(), ecg.rr_s().end());
    EXPECT_GT(*longest - *shortest, 0.12);
  });
}

// Lead II averaged over beats where P would be, 60 to 200 ms before R: height over its ends.
double p_height(const Recording& recording, const MeasuredEcg& ecg) {
  std::vector<double> average(70);
  int beats = 0;
  for (const auto& beat : ecg.beats()) {
    if (beat.centre_s < 0.4) continue;
    ++beats;
    const auto start = static_cast<std::size_t>((beat.centre_s - 0.24) * recording.rate_hz);
    for (std::size_t i = 0; i < average.size(); ++i)
      average[i] += static_cast<double>(recording.lead(II)[start + i]);
  }
  const double top = *std::max_element(average.begin(), average.end());
  return (top - average.front()) / beats;
}

TEST(SimulatorTruth, FibrillationHasNoPWave) {
  double sinus = 0, fibrillation = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Recording with = clean({"NSR"}, seed), without = clean({"AF"}, seed);
    sinus += p_height(with, MeasuredEcg(with)) / kSeeds;
    fibrillation += p_height(without, MeasuredEcg(without)) / kSeeds;
  }
  EXPECT_GT(sinus, 0.08);
  EXPECT_LT(fibrillation, 0.6 * sinus);
}

// The largest distance of rr * hz from a whole number.
double distance_from_multiples(const std::vector<double>& rr_s, double hz) {
  double worst = 0;
  for (const double rr : rr_s) worst = std::max(worst, std::abs(rr * hz - std::round(rr * hz)));
  return worst;
}

// Peak-to-peak deflection of lead II in its quietest 120 ms.
double quietest_ii(const Recording& recording) {
  const auto window = static_cast<std::size_t>(0.12 * recording.rate_hz);
  float quietest = 100;
  for (std::size_t i = 0; i + window < recording.samples; ++i) {
    const auto part = recording.lead(II).subspan(i, window);
    const auto [low, high] = std::minmax_element(part.begin(), part.end());
    quietest = std::min(quietest, *high - *low);
  }
  return static_cast<double>(quietest);
}

TEST(SimulatorTruth, FlutterNeverRestsInLeadII) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    EXPECT_GT(quietest_ii(clean({"AFL"}, seed)), 0.04) << "seed " << seed;
    EXPECT_LT(quietest_ii(clean({"NSR"}, seed)), 0.02) << "seed " << seed;
  }
}

TEST(SimulatorTruth, FlutterConductsMultiplesOfAnAtrialCycle) {
  for_seeds({"AFL"}, [](const MeasuredEcg& ecg) {
    double closest = 1;
    for (double hz = 4; hz < 5.4; hz += 0.005)
      closest = std::min(closest, distance_from_multiples(ecg.rr_s(), hz));
    EXPECT_LT(closest, 0.12);
  });
}

TEST(SimulatorTruth, PrematureAtrialBeatsAreEarlyAndNarrow) {
  for_seeds({"PAC"}, [](const MeasuredEcg& ecg) {
    int early = 0;
    for (std::size_t i = 0; i < ecg.rr_s().size(); ++i) {
      if (ecg.rr_s()[i] > 0.85 * median(ecg.rr_s())) continue;
      ++early;
      EXPECT_LT(ecg.beats()[i + 1].width_s(), 0.11);
    }
    EXPECT_GE(early, 1);
  });
}

TEST(SimulatorTruth, PrematureVentricularBeatsAreEarlyAndWideWithACompensatoryPause) {
  for_seeds({"PVC"}, [](const MeasuredEcg& ecg) {
    const double usual = median(ecg.rr_s());
    int early = 0;
    for (std::size_t i = 0; i + 1 < ecg.rr_s().size(); ++i) {
      if (ecg.rr_s()[i] > 0.85 * usual) continue;
      ++early;
      EXPECT_GT(ecg.beats()[i + 1].width_s(), 0.12);
      EXPECT_NEAR(ecg.rr_s()[i] + ecg.rr_s()[i + 1], 2 * usual, 0.2 * usual);
    }
    EXPECT_GE(early, 1);
  });
}

TEST(SimulatorTruth, QtFollowsTheRate) {
  double slow = 0, fast = 0;
  for_seeds({"SB"}, [&](const MeasuredEcg& ecg) {
    slow += ecg.qtc_s() * std::cbrt(median(ecg.rr_s())) / kSeeds;
  });
  for_seeds({"NSR"}, [&](const MeasuredEcg& ecg) {
    fast += ecg.qtc_s() * std::cbrt(median(ecg.rr_s())) / kSeeds;
  });
  EXPECT_GT(slow - fast, 0.04);
}

// Criteria of the findings that are a matter of form, not of timing.
const std::map<std::string, std::function<bool(const MeasuredEcg&)>>& form_criteria() {
  static const std::map<std::string, std::function<bool(const MeasuredEcg&)>> criteria = {
      {"IAVB", [](const MeasuredEcg& ecg) { return ecg.pr_s() > 0.2; }},
      {"LBBB",
       [](const MeasuredEcg& ecg) {
         return ecg.qrs_width_s() > 0.12 && -ecg.qrs_min(V1) > 2 * ecg.qrs_max(V1) &&
                ecg.qrs_max(V6) > 3 * -ecg.qrs_min(V6);
       }},
      {"RBBB",
       [](const MeasuredEcg& ecg) {
         return ecg.qrs_width_s() > 0.12 && ecg.qrs_max(V1) > 0.1 && ecg.qrs_min(V6) < -0.05;
       }},
      {"LAD",
       [](const MeasuredEcg& ecg) { return ecg.qrs_axis_deg() < -30 && ecg.qrs_axis_deg() > -90; }},
      {"RAD", [](const MeasuredEcg& ecg) { return ecg.qrs_axis_deg() > 90; }},
      {"LQT", [](const MeasuredEcg& ecg) { return ecg.qtc_s() > 0.47; }},
      {"TInv", [](const MeasuredEcg& ecg) { return inverted_t_leads(ecg) >= 2; }},
      {"STE",
       [](const MeasuredEcg& ecg) {
         int leads = 0;
         for (const Lead lead : {I, II, III, aVL, aVF, V1, V2, V3, V4, V5, V6})
           leads += ecg.st(lead) > 0.1;
         return leads >= 2;
       }},
      {"STD",
       [](const MeasuredEcg& ecg) {
         return ecg.st(V4) < -0.1 && ecg.st(V5) < -0.1 && ecg.st(V6) < -0.05 && ecg.st(II) < -0.05;
       }},
      {"LQRSV", [](const MeasuredEcg& ecg) { return ecg.limb_voltage() < 0.5; }},
      {"LVH", [](const MeasuredEcg& ecg) { return ecg.sokolow_lyon() > 3.5; }},
  };
  return criteria;
}

TEST(SimulatorTruth, EveryFormMeetsItsCriterion) {
  for (const auto& [finding, criterion] : form_criteria())
    for_seeds({finding}, [&](const MeasuredEcg& ecg) { EXPECT_TRUE(criterion(ecg)); });
}

TEST(SimulatorTruth, NormalRecordingsMeetNoCriterionOfForm) {
  for (const auto& [finding, criterion] : form_criteria())
    for_seeds({"NSR"}, [&](const MeasuredEcg& ecg) { EXPECT_FALSE(criterion(ecg)) << finding; });
}

TEST(SimulatorTruth, FormsKeepTheirCriterionInCompany) {
  const std::vector<std::vector<std::string>> companies = {
      {"IAVB", "LBBB"}, {"IAVB", "LAD", "LQRSV"}, {"LBBB", "LAD"},        {"RBBB", "LQRSV"},
      {"LAD", "LVH"},   {"RAD", "TInv", "IAVB"},  {"STD", "LVH"},         {"STE", "LAD"},
      {"STD", "TInv"},  {"LQT", "LAD"},           {"LQT", "LVH", "IAVB"}, {"LVH", "TInv"},
      {"LQRSV", "RAD"}, {"LBBB", "LQRSV"}};
  for (const auto& company : companies) {
    for_seeds(company, [&](const MeasuredEcg& ecg) {
      for (const std::string& finding : company)
        EXPECT_TRUE(form_criteria().at(finding)(ecg)) << finding << " beside " << company.back();
    });
  }
}

}  // namespace
}  // namespace liteheart
