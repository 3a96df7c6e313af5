// The simulator's contract: determinism, lead relations, errors, and centres on disk.
#include "data/simulator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "data/random.h"
#include "ecg/error.h"
#include "ecg/leads.h"
#include "ecg/vocabulary.h"
#include "formats/registry.h"
#include "scratch.h"

namespace liteheart {
namespace {

using SimulatedCentreOnDisk = test::Scratch;
using test::read_bytes;

std::string code_of(const std::string& abbreviation) {
  const auto& all = Vocabulary::standard().diagnoses();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Diagnosis& diagnosis) {
    return diagnosis.abbreviation == abbreviation;
  });
  return found == all.end() ? std::string() : found->code;
}

TEST(SimulatorRandom, GivesTheSameNumbersOnEveryPlatform) {
  // From an independent Python implementation of splitmix64 and xoshiro256**.
  Random random(1);
  EXPECT_EQ(random.next(), 0xb3f2af6d0fc710c5u);
  EXPECT_EQ(random.next(), 0x853b559647364ceau);
  EXPECT_EQ(random.next(), 0x92f89756082a4514u);
}

TEST(SimulatorRandom, NormalHasMeanZeroAndUnitVariance) {
  Random random(2);
  constexpr int kCount = 200000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kCount; ++i) {
    const double value = random.normal();
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.01);
  EXPECT_NEAR(squares / kCount, 1, 0.01);
}

TEST(Simulator, SameSeedGivesTheSameRecordingAndAnotherSeedAnother) {
  const SimulatedCentre centre = simulated_centres()[0];
  const Recording a = simulate(centre, {"AF", "RBBB"}, 7), b = simulate(centre, {"AF", "RBBB"}, 7);
  const Recording c = simulate(centre, {"AF", "RBBB"}, 8);
  EXPECT_EQ(a.mv, b.mv);
  EXPECT_EQ(a.age_years, b.age_years);
  EXPECT_NE(a.mv, c.mv);
}

TEST(Simulator, TwelveLeadsOfTheCentresRateAndLength) {
  for (const SimulatedCentre& centre : simulated_centres()) {
    const Recording recording = simulate(centre, {}, 1);
    EXPECT_EQ(recording.rate_hz, centre.rate_hz);
    EXPECT_EQ(recording.samples,
              static_cast<std::size_t>(std::llround(centre.rate_hz * centre.seconds)));
    ASSERT_EQ(recording.leads.size(), kLeadNames.size());
    EXPECT_TRUE(std::equal(kLeadNames.begin(), kLeadNames.end(), recording.leads.begin()));
    EXPECT_EQ(recording.mv.size(), kLeads * recording.samples);
    EXPECT_TRUE(std::all_of(recording.mv.begin(), recording.mv.end(),
                            [](float mv) { return std::abs(mv) < 20; }));
  }
}

TEST(Simulator, LimbLeadsObeyEinthovenAndGoldbergerEvenWithNoise) {
  for (const SimulatedCentre& centre : simulated_centres()) {
    const Recording r = simulate(centre, {"STE", "PVC"}, 3);
    for (std::size_t t = 0; t < r.samples; ++t) {
      const float i = r.lead(0)[t], ii = r.lead(1)[t];
      ASSERT_NEAR(r.lead(2)[t], ii - i, 1e-6);
      ASSERT_NEAR(r.lead(3)[t], -(i + ii) / 2, 1e-6);
      ASSERT_NEAR(r.lead(4)[t], i - ii / 2, 1e-6);
      ASSERT_NEAR(r.lead(5)[t], ii - i / 2, 1e-6);
    }
  }
}

TEST(Simulator, EveryFindingIsKnownToTheVocabularyUnderTheSameCode) {
  ASSERT_GE(simulated_findings().size(), 19u);
  for (const std::string& finding : simulated_findings()) {
    const Recording recording = simulate(simulated_centres()[1], {finding}, 1);
    ASSERT_EQ(recording.diagnoses.size(), 1u) << finding;
    const Diagnosis* known = Vocabulary::standard().find(recording.diagnoses[0]);
    ASSERT_NE(known, nullptr) << finding;
    EXPECT_EQ(known->abbreviation, finding);
  }
}

TEST(Simulator, NoFindingsMeanSinusRhythm) {
  const Recording recording = simulate(simulated_centres()[0], {}, 1);
  EXPECT_EQ(recording.diagnoses, std::vector<std::string>{code_of("NSR")});
}

TEST(Simulator, FindingsThatExcludeEachOtherAreRejectedByName) {
  const SimulatedCentre centre = simulated_centres()[0];
  const std::vector<std::vector<std::string>> impossible = {
      {"AF", "SB"},   {"LBBB", "RBBB"}, {"LAD", "RAD"},   {"AFL", "AF"},
      {"AF", "IAVB"}, {"STE", "STD"},   {"LVH", "LQRSV"}, {"PVC", "NSR", "STach"}};
  for (const auto& findings : impossible) {
    try {
      simulate(centre, findings, 1);
      ADD_FAILURE() << findings[0] << " and " << findings.back() << " went through";
    } catch (const Error& error) {
      EXPECT_NE(error.problem().find(findings.back()), std::string::npos) << error.what();
    }
  }
}

TEST(Simulator, UnknownFindingIsRejectedByName) {
  try {
    simulate(simulated_centres()[0], {"XYZ"}, 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.problem().find("XYZ"), std::string::npos);
  }
}

TEST(Simulator, ImpossibleDeviceIsRejected) {
  const auto with = [](auto&& change) {
    SimulatedCentre centre = simulated_centres()[0];
    change(centre);
    return centre;
  };
  EXPECT_THROW(simulate(with([](auto& c) { c.rate_hz = 0; }), {}, 1), Error);
  EXPECT_THROW(simulate(with([](auto& c) { c.rate_hz = NAN; }), {}, 1), Error);
  EXPECT_THROW(simulate(with([](auto& c) { c.seconds = 1; }), {}, 1), Error);
  EXPECT_THROW(simulate(with([](auto& c) { c.step_mv = 0; }), {}, 1), Error);
}

// R.m.s. of lead V4's difference to the same recording of a device without noise.
double noise_rms(SimulatedCentre centre, std::uint64_t seed) {
  const Recording noisy = simulate(centre, {}, seed);
  centre.wander_mv = centre.muscle_mv = centre.mains_mv = centre.electrode_mv = 0;
  const Recording clean = simulate(centre, {}, seed);
  double squares = 0;
  for (std::size_t t = 0; t < noisy.samples; ++t) {
    const double difference = static_cast<double>(noisy.lead(9)[t] - clean.lead(9)[t]);
    squares += difference * difference;
  }
  return std::sqrt(squares / static_cast<double>(noisy.samples));
}

TEST(Simulator, EachNoiseHasAboutTheStrengthTheCentreStates) {
  for (double SimulatedCentre::*level :
       {&SimulatedCentre::wander_mv, &SimulatedCentre::muscle_mv, &SimulatedCentre::mains_mv}) {
    SimulatedCentre centre;
    centre.name = "one noise";
    centre.wander_mv = centre.muscle_mv = centre.mains_mv = centre.electrode_mv = 0;
    centre.*level = 0.1;
    double squares = 0;
    constexpr int kRecordings = 60;
    for (int seed = 0; seed < kRecordings; ++seed) squares += std::pow(noise_rms(centre, seed), 2);
    const double rms = std::sqrt(squares / kRecordings);
    EXPECT_GT(rms, 0.07);
    EXPECT_LT(rms, 0.16);
  }
}

TEST(Simulator, ElectrodeNoiseDisturbsSingleChestLeads) {
  SimulatedCentre centre;
  centre.name = "bad electrodes";
  centre.wander_mv = centre.muscle_mv = centre.mains_mv = 0;
  centre.electrode_mv = 0.3;
  int undisturbed = 0;
  constexpr int kRecordings = 40;
  for (int seed = 0; seed < kRecordings; ++seed) undisturbed += noise_rms(centre, seed) == 0;
  EXPECT_GT(undisturbed, 2);
  EXPECT_LT(undisturbed, kRecordings - 5);
}

TEST_F(SimulatedCentreOnDisk, SixHundredRecordingsHoldEveryFindingFifteenTimes) {
  for (SimulatedCentre centre : simulated_centres()) {
    centre.rate_hz = 100;  // the findings do not depend on the device, the time does
    simulate_centre(centre, 600, 1, folder);
    std::map<std::string, int> positives;
    int healthy = 0;
    for (const auto& path : find_recordings(folder / centre.name)) {
      const Recording recording = read_recording(path);
      for (const std::string& code : recording.diagnoses) ++positives[code];
      healthy += recording.diagnoses == std::vector<std::string>{code_of("NSR")};
    }
    for (const std::string& finding : simulated_findings())
      EXPECT_GE(positives[code_of(finding)], 15) << centre.name << ' ' << finding;
    EXPECT_NEAR(healthy, 600 * centre.healthy_share, 60) << centre.name;
  }
}

TEST_F(SimulatedCentreOnDisk, RecordsTableNamesEveryRecordingAndKeepsPatientsInOneFold) {
  const SimulatedCentre centre = simulated_centres()[1];
  simulate_centre(centre, 115, 4, folder);
  std::ifstream table(folder / centre.name / "records.csv");
  std::string line;
  std::getline(table, line);
  EXPECT_EQ(line, "record,patient_id,fold,age,sex");

  std::map<std::string, std::set<std::string>> of_patient;  // fold, age and sex
  std::set<std::string> folds;
  int rows = 0;
  while (std::getline(table, line)) {
    ++rows;
    std::istringstream fields(line);
    std::string record, patient, fold, rest;
    std::getline(fields, record, ',');
    std::getline(fields, patient, ',');
    std::getline(fields, fold, ',');
    std::getline(fields, rest);
    of_patient[patient].insert(fold + ',' + rest);
    folds.insert(fold);
    const Recording read = read_recording(folder / centre.name / (record + ".hea"));
    EXPECT_EQ(read.samples, static_cast<std::size_t>(centre.rate_hz * centre.seconds));
    ASSERT_TRUE(read.age_years.has_value());
    EXPECT_EQ(rest.substr(0, rest.find('.')), std::to_string(static_cast<int>(*read.age_years)));
  }
  EXPECT_EQ(rows, 115);
  EXPECT_EQ(of_patient.size(), 100u);
  EXPECT_EQ(folds.size(), 10u);
  for (const auto& [patient, descriptions] : of_patient)
    EXPECT_EQ(descriptions.size(), 1u) << patient;
}

TEST_F(SimulatedCentreOnDisk, SameSeedWritesTheSameFiles) {
  SimulatedCentre centre = simulated_centres()[0];
  centre.rate_hz = 100;
  for (const char* run : {"one", "two"}) simulate_centre(centre, 12, 9, folder / run);
  simulate_centre(centre, 12, 10, folder / "other seed");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "one" / centre.name)) {
    ++files;
    const auto name = entry.path().filename();
    EXPECT_EQ(read_bytes(entry.path()), read_bytes(folder / "two" / centre.name / name)) << name;
  }
  EXPECT_EQ(files, 12 * 2 + 1);
  EXPECT_NE(read_bytes(folder / "one" / centre.name / "alpha00001.mat"),
            read_bytes(folder / "other seed" / centre.name / "alpha00001.mat"));
}

TEST_F(SimulatedCentreOnDisk, IsNeverAMixtureOfTwo) {
  SimulatedCentre centre = simulated_centres()[0];
  centre.rate_hz = 100;
  simulate_centre(centre, 12, 9, folder);
  simulate_centre(centre, 5, 10, folder);
  EXPECT_EQ(find_recordings(folder).size(), 5u);
  test::write_bytes(folder / "taken" / centre.name / "mine.txt", "not simulated");
  EXPECT_THROW(simulate_centre(centre, 1, 1, folder / "taken"), Error);
  // What an interrupted one has left is no recordings' folder.
  std::filesystem::rename(folder / centre.name, folder / (centre.name + ".partial"));
  EXPECT_TRUE(find_recordings(folder).empty());
}

TEST_F(SimulatedCentreOnDisk, FolderThatCannotBeMadeIsAnError) {
  test::write_bytes(folder / "file", "in the way");
  EXPECT_THROW(simulate_centre(simulated_centres()[0], 1, 1, folder / "file"), Error);
}

}  // namespace
}  // namespace liteheart
