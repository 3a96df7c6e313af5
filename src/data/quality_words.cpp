#include "data/quality_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "ecg/leads.h"

namespace liteheart {
namespace {

struct Group {
  edge::FindingGroup bit;
  const char* words;
  std::string_view need;  // as Diagnosis::needs names it
};
constexpr std::array kGroups = {
    Group{edge::kRhythm, "rhythm", "rhythm"},    Group{edge::kAtrial, "P waves", "atrial"},
    Group{edge::kQrsShape, "QRS shape", "qrs"},  Group{edge::kStT, "ST and T", "st_t"},
    Group{edge::kVoltage, "voltage", "voltage"}, Group{edge::kAxis, "axis", "axis"},
};

}  // namespace

std::vector<std::string> fault_words(std::uint32_t faults) {
  std::vector<std::string> words;
  for (std::size_t bit = 0; bit < edge::kFaults; ++bit)
    if ((faults >> bit & 1U) != 0) words.emplace_back(edge::fault_text(bit));
  return words;
}

std::vector<std::string> group_words(std::uint32_t groups) {
  std::vector<std::string> words;
  for (const Group& group : kGroups)
    if ((groups & group.bit) != 0) words.emplace_back(group.words);
  return words;
}

std::string verdict(const edge::Quality& quality) {
  std::string text = edge::grade_text(quality.grade);
  const auto faults = fault_words(quality.faults);
  if (!faults.empty()) text += fmt::format(": {}", fmt::join(faults, ", "));
  if (quality.grade == edge::Grade::kLimited)
    text += fmt::format("; cannot be judged: {}", fmt::join(group_words(quality.not_judged), ", "));
  return text;
}

std::uint32_t groups_of(const Diagnosis& diagnosis) {
  const Diagnosis* const known =
      diagnosis.needs.empty() ? Vocabulary::standard().find(diagnosis.code) : &diagnosis;
  if (known == nullptr) return 0;
  std::uint32_t groups = 0;
  for (const Group& group : kGroups)
    if (known->needs.find(group.need) != std::string::npos) groups |= group.bit;
  return groups;
}

bool is_upright_lead(std::string_view lead) {
  constexpr std::array<std::string_view, 4> kUpright = {"I", "II", "V5", "V6"};
  return std::find(kUpright.begin(), kUpright.end(), lead_name(lead)) != kUpright.end();
}

edge::Quality lead_quality(std::string_view lead, const float* mv, std::size_t samples,
                           double rate_hz) {
  edge::SignalQuality quality(rate_hz, is_upright_lead(lead));
  for (std::size_t t = 0; t < samples; ++t) quality.push(mv[t]);
  quality.finish();
  return quality.quality();
}

}  // namespace liteheart
