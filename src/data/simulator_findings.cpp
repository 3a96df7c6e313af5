#include "data/simulator_findings.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "data/simulator.h"
#include "ecg/error.h"

namespace liteheart::simulator {

const std::array<FindingEntry, kFindings> kFindingTable = {{
    {"NSR", "426783006"},  {"SB", "426177001"},    {"STach", "427084000"}, {"SA", "427393009"},
    {"AF", "164889003"},   {"AFL", "164890007"},   {"PAC", "284470004"},   {"PVC", "427172004"},
    {"IAVB", "270492004"}, {"LBBB", "164909002"},  {"RBBB", "59118001"},   {"LAD", "39732003"},
    {"RAD", "47665007"},   {"LQT", "111975006"},   {"TInv", "59931005"},   {"STE", "164931005"},
    {"STD", "429622005"},  {"LQRSV", "251146004"}, {"LVH", "164873001"},
}};

namespace {

// Either they contradict each other, or the first hides what defines the second: left bundle branch
// block has ST-T changes and voltages of its own, flutter waves cover the end of T.
constexpr std::pair<Finding, Finding> kExclusive[] = {
    {Finding::kFibrillation, Finding::kPrematureAtrial},
    {Finding::kFibrillation, Finding::kFirstDegreeBlock},
    {Finding::kFlutter, Finding::kPrematureAtrial},
    {Finding::kFlutter, Finding::kFirstDegreeBlock},
    {Finding::kFlutter, Finding::kLongQt},
    {Finding::kLeftBundleBlock, Finding::kRightBundleBlock},
    {Finding::kLeftBundleBlock, Finding::kRightAxis},
    {Finding::kLeftBundleBlock, Finding::kTInversion},
    {Finding::kLeftBundleBlock, Finding::kStElevation},
    {Finding::kLeftBundleBlock, Finding::kStDepression},
    {Finding::kLeftBundleBlock, Finding::kLeftHypertrophy},
    {Finding::kRightBundleBlock, Finding::kLeftHypertrophy},
    {Finding::kLeftAxis, Finding::kRightAxis},
    {Finding::kRightAxis, Finding::kLeftHypertrophy},
    {Finding::kStElevation, Finding::kStDepression},
    {Finding::kLowVoltage, Finding::kLeftHypertrophy},
};

}  // namespace

bool is_rhythm(Finding finding) { return finding <= Finding::kFlutter; }

bool exclude(Finding a, Finding b) {
  if (a == b) return false;
  if (is_rhythm(a) && is_rhythm(b)) return true;
  return std::any_of(std::begin(kExclusive), std::end(kExclusive), [&](const auto& pair) {
    return pair == std::pair(a, b) || pair == std::pair(b, a);
  });
}

bool fits(Finding finding, const Findings& present) {
  for (std::size_t i = 0; i < kFindings; ++i) {
    const auto other = static_cast<Finding>(i);
    if (present.has(other) && exclude(finding, other)) return false;
  }
  return true;
}

Finding parse_finding(const std::string& abbreviation) {
  const auto entry = std::find_if(
      kFindingTable.begin(), kFindingTable.end(),
      [&](const FindingEntry& candidate) { return candidate.abbreviation == abbreviation; });
  if (entry == kFindingTable.end()) {
    std::string known;
    for (const std::string& name : simulated_findings())
      known.append(known.empty() ? "" : ", ").append(name);
    throw Error("simulator", "finding '" + abbreviation + "' is unknown", "choose from " + known);
  }
  return static_cast<Finding>(entry - kFindingTable.begin());
}

Findings parse_findings(const std::vector<std::string>& abbreviations) {
  Findings findings;
  for (std::size_t i = 0; i < abbreviations.size(); ++i) {
    const Finding finding = parse_finding(abbreviations[i]);
    for (std::size_t j = 0; j < i; ++j)
      if (exclude(finding, parse_finding(abbreviations[j])))
        throw Error(
            "simulator",
            "findings " + abbreviations[j] + " and " + abbreviations[i] + " exclude each other",
            "leave one out");
    findings.add(finding);
  }
  return findings;
}

}  // namespace liteheart::simulator

namespace liteheart {

std::vector<std::string> simulated_findings() {
  std::vector<std::string> names;
  names.reserve(std::size(simulator::kFindingTable));
  for (const auto& entry : simulator::kFindingTable) names.emplace_back(entry.abbreviation);
  return names;
}

}  // namespace liteheart
