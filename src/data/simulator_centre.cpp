// The patients of a simulated centre: who has what, and their recordings on disk.
#include <algorithm>
#include <array>
#include <cmath>

#include "data/output_file.h"
#include "data/partial_folder.h"
#include "data/random.h"
#include "data/simulator.h"
#include "data/simulator_recording.h"
#include "formats/wfdb_writer.h"

namespace liteheart {
namespace {

using simulator::Finding;
using simulator::Findings;
using simulator::kFindings;

constexpr double kRecordingsPerPatient = 1.15;
constexpr std::size_t kFolds = 10;
constexpr const char* kPatientsFile = "records.csv";

struct Patient {
  Findings findings;
  int fold = 1;
  std::uint64_t heart_seed = 0;
  std::size_t recordings = 1;
};

// Deals the findings in rounds, each in a new order.
class ChiefFindings {
 public:
  ChiefFindings() {
    for (std::size_t i = 0; i < kFindings; ++i)
      if (static_cast<Finding>(i) != Finding::kSinusRhythm)
        deck_.push_back(static_cast<Finding>(i));
  }
  Finding next(Random& random) {
    if (dealt_ % deck_.size() == 0)
      for (std::size_t left = deck_.size(); left > 1; --left)
        std::swap(deck_[left - 1], deck_[random.below(left)]);
    return deck_[dealt_++ % deck_.size()];
  }

 private:
  std::vector<Finding> deck_;
  std::size_t dealt_ = 0;
};

void add_rhythm(Findings& findings) {
  if (fits(Finding::kSinusRhythm, findings)) findings.add(Finding::kSinusRhythm);
}

Findings draw_findings(Finding chief, const Findings& common, Random& random) {
  constexpr double kCompanion = 0.04, kCommonCompanion = 0.16;
  Findings findings;
  findings.add(chief);
  const std::size_t start = random.below(kFindings);
  for (std::size_t i = 0; i < kFindings; ++i) {
    const auto finding = static_cast<Finding>((start + i) % kFindings);
    const bool present = random.chance(common.has(finding) ? kCommonCompanion : kCompanion);
    if (present && fits(finding, findings)) findings.add(finding);
  }
  add_rhythm(findings);
  return findings;
}

// Each fold gets its share of every finding: the patients of one chief finding take the folds in
// turn.
class Folds {
 public:
  explicit Folds(Random& random) {
    for (std::size_t& fold : next_) fold = random.below(kFolds);
  }
  int next(Finding chief) {
    return static_cast<int>(next_[static_cast<std::size_t>(chief)]++ % kFolds) + 1;
  }

 private:
  std::array<std::size_t, kFindings> next_{};
};

std::vector<Patient> draw_patients(const SimulatedCentre& centre, std::size_t records,
                                   Random& random) {
  Findings common;
  for (const std::string& name : centre.common) common.add(simulator::parse_finding(name));
  const auto count =
      static_cast<std::size_t>(std::llround(static_cast<double>(records) / kRecordingsPerPatient));
  std::vector<Patient> patients(count);
  Folds folds(random);
  ChiefFindings chiefs;
  double healthy = random.uniform();
  for (Patient& patient : patients) {
    healthy += centre.healthy_share;
    Finding chief = Finding::kSinusRhythm;
    if (healthy >= 1) {
      healthy -= 1;
      patient.findings.add(chief);
    } else {
      chief = chiefs.next(random);
      patient.findings = draw_findings(chief, common, random);
    }
    patient.fold = folds.next(chief);
    patient.heart_seed = random.next();
  }
  for (std::size_t more = records - count; more > 0; --more)
    ++patients[random.below(count)].recordings;
  return patients;
}

// At another time the heart is the same, but what comes and goes may have gone.
Findings later_findings(Findings findings, Random& random) {
  constexpr double kPasses = 0.4;
  if (!random.chance(kPasses)) return findings;
  for (std::size_t i = 0; i < kFindings; ++i) {
    const auto finding = static_cast<Finding>(i);
    if (is_rhythm(finding) || finding == Finding::kPrematureAtrial ||
        finding == Finding::kPrematureVentricular)
      findings.remove(finding);
  }
  add_rhythm(findings);
  return findings;
}

// FNV-1a: centres of one seed have patients of their own.
std::uint64_t hash(const std::string& text) {
  std::uint64_t value = 0xcbf29ce484222325u;
  for (const char letter : text)
    value = (value ^ static_cast<unsigned char>(letter)) * 0x100000001b3u;
  return value;
}

std::string numbered(const std::string& prefix, std::size_t number) {
  std::string digits = std::to_string(number);
  return prefix + std::string(5 - std::min<std::size_t>(5, digits.size()), '0') + digits;
}

}  // namespace

std::vector<SimulatedCentre> simulated_centres() {
  SimulatedCentre alpha;
  alpha.name = "alpha";
  alpha.wander_mv = 0.06, alpha.muscle_mv = 0.008, alpha.mains_mv = 0.004;
  alpha.common = {"AF", "LAD", "LVH"};

  SimulatedCentre beta;
  beta.name = "beta";
  beta.rate_hz = 257;
  beta.wander_mv = 0.12, beta.muscle_mv = 0.018, beta.mains_mv = 0.012, beta.electrode_mv = 0.1;
  beta.mains_hz = 60;
  beta.healthy_share = 0.3;
  beta.gain_sd = 0.02;
  beta.step_mv = 0.005;
  beta.common = {"SB", "STach", "TInv"};

  SimulatedCentre gamma;
  gamma.name = "gamma";
  gamma.rate_hz = 1000;
  gamma.healthy_share = 0.35;
  gamma.step_mv = 0.002;
  gamma.common = {"LBBB", "STD", "PVC"};
  return {alpha, beta, gamma};
}

void simulate_centre(const SimulatedCentre& centre, std::size_t records, std::uint64_t seed,
                     const std::filesystem::path& folder) {
  PartialFolder whole(folder / centre.name, {"simulated centre", kPatientsFile}, true);
  const std::filesystem::path& out = whole.path();
  Random random(seed, hash(centre.name));
  const std::vector<Patient> patients = draw_patients(centre, records, random);
  std::string table = "record,patient_id,fold,age,sex\n";
  std::size_t written = 0;
  for (std::size_t p = 0; p < patients.size(); ++p) {
    const Patient& patient = patients[p];
    for (std::size_t i = 0; i < patient.recordings; ++i) {
      const Findings findings =
          i == 0 ? patient.findings : later_findings(patient.findings, random);
      Recording recording = simulator::record(centre, findings, patient.heart_seed, random.next());
      recording.name = numbered(centre.name, ++written);
      write_wfdb(recording, out);
      table += recording.name + ',' + numbered("P", p + 1) + ',' + std::to_string(patient.fold) +
               ',' + std::to_string(static_cast<int>(*recording.age_years)) + ".0," +
               (recording.sex == "female" ? "Female" : "Male") + '\n';
    }
  }
  write_file(out / kPatientsFile, table);
  whole.publish();
}

}  // namespace liteheart
