#include "ecg/leads.h"

#include <algorithm>

namespace liteheart {
namespace {

/// What a name may begin with and still mean the lead behind it, longest first, folded.
constexpr std::array<std::string_view, 6> kPrefixes = {"mdcecglead", "ecglead", "ekglead",
                                                       "lead",       "ecg",     "ekg"};

constexpr std::array<std::string_view, kLeads> kFolded = {"i",  "ii", "iii", "avr", "avl", "avf",
                                                          "v1", "v2", "v3",  "v4",  "v5",  "v6"};

/// Lower case without blanks, underscores and colons; every other sign stays, so that "-aVR" and
/// "V1-V2" remain what they are: other leads.
std::string fold(std::string_view name) {
  std::string folded;
  for (const char c : name) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '_' || c == ':' || c == '\0') continue;
    folded.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return folded;
}

}  // namespace

std::optional<int> lead_index(std::string_view name) {
  constexpr std::size_t kLongestName = 40;
  if (name.size() > kLongestName) return std::nullopt;
  const std::string folded = fold(name);
  std::string_view bare = folded;
  for (const std::string_view prefix : kPrefixes) {
    if (bare.starts_with(prefix)) {
      bare.remove_prefix(prefix.size());
      break;
    }
  }
  if (bare == "di" || bare == "dii" || bare == "diii") bare.remove_prefix(1);
  const auto found = std::find(kFolded.begin(), kFolded.end(), bare);
  if (found == kFolded.end()) return std::nullopt;
  return static_cast<int>(found - kFolded.begin());
}

std::optional<int> modified_lead_index(std::string_view name) {
  const std::string folded = fold(name);
  if (folded.starts_with("mv")) return lead_index(folded.substr(1));
  if (!folded.starts_with("ml")) return std::nullopt;
  const std::string limb = folded.substr(2);
  for (std::size_t lead = 0; lead < 3; ++lead)
    if (limb == kFolded[lead] || limb == std::to_string(lead + 1)) return static_cast<int>(lead);
  return std::nullopt;
}

std::string lead_name(std::string_view written) {
  if (const auto standard = lead_index(written))
    return std::string(kLeadNames[static_cast<std::size_t>(*standard)]);
  constexpr std::string_view kBlank(" \t\r\n\0", 5);
  const std::size_t first = written.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return std::string(written.substr(first, written.find_last_not_of(kBlank) - first + 1));
}

}  // namespace liteheart
