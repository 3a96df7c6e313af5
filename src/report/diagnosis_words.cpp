#include "report/diagnosis_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <map>

#include "data/quality_words.h"

namespace liteheart {

namespace embedded {
extern const std::string_view plain_words;
}

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

std::string percent(double share) {
  if (share > 0 && share < 0.01) return "less than 1 %";
  if (share < 1 && share > 0.99) return "more than 99 %";
  return fmt::format("{:.0f} %", 100 * share);
}

std::string names(const std::vector<Finding>& findings) {
  std::vector<std::string> all;
  all.reserve(findings.size());
  for (const Finding& f : findings) all.push_back(f.diagnosis.name);
  return fmt::format("{}", fmt::join(all, ", "));
}

std::string trained_on(const nlohmann::json& made) {
  if (!made.is_object() || !made.contains("records") || !made["records"].is_number_unsigned())
    return "";
  return fmt::format("{} recordings", made["records"].get<std::size_t>());
}

std::string quality(const RecordingFacts& facts) {
  std::map<std::string, std::vector<std::string>> leads;
  for (const LeadFacts& lead : facts.leads) leads[verdict(lead.quality)].push_back(lead.name);
  if (leads.size() == 1) return leads.begin()->first;
  std::vector<std::string> parts;
  parts.reserve(leads.size());
  for (const auto& [said, names] : leads)
    parts.push_back(fmt::format("{}: {}", fmt::join(names, " "), said));
  return fmt::format("{}", fmt::join(parts, "; "));
}

namespace {

std::vector<std::string> words_of(const RecordingDiagnosis& d, bool (Finding::*which)() const) {
  std::vector<std::string> words;
  for (const Finding& f : d.findings)
    if ((f.*which)())
      words.push_back(fmt::format("{} ({})", f.diagnosis.name, percent(f.probability)));
  return words;
}

/// The first three of them.
std::string first_of(const std::vector<std::string>& words) {
  constexpr std::size_t kNamed = 3;
  const std::size_t named = std::min(kNamed, words.size());
  std::string line = fmt::format("{}", fmt::join(words.data(), words.data() + named, ", "));
  if (words.size() > named) line += fmt::format(" and {} more", words.size() - named);
  return line;
}

}  // namespace

std::vector<std::string> likely_words(const RecordingDiagnosis& d) {
  return words_of(d, &Finding::likely);
}

std::vector<std::string> possible_words(const RecordingDiagnosis& d) {
  return words_of(d, &Finding::possible);
}

std::string headline(const RecordingDiagnosis& d) {
  if (d.grade == edge::Grade::kUnreadable)
    return fmt::format("unreadable: {}", fmt::join(fault_words(d.faults), ", "));
  if (d.judges_nothing()) return "nothing is judged";
  const std::vector<std::string> likely = likely_words(d), possible = possible_words(d);
  if (likely.empty() && possible.empty()) return "nothing found";
  std::string line = first_of(likely);
  if (!possible.empty())
    line += fmt::format("{}possible: {}", line.empty() ? "" : "; ", first_of(possible));
  return line;
}

bool is_normal(const Diagnosis& diagnosis) { return diagnosis.code == "426783006"; }

std::string plain_words(const Diagnosis& diagnosis) {
  static const std::map<std::string, std::string, std::less<>> by_code = [] {
    std::map<std::string, std::string, std::less<>> words;
    std::string_view rest = embedded::plain_words;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
      const std::string_view row = rest.substr(0, end);
      rest.remove_prefix(end + 1);
      if (const std::size_t comma = row.find(','); comma != std::string_view::npos)
        words.emplace(row.substr(0, comma), row.substr(comma + 1));
    }
    return words;
  }();
  const auto at = by_code.find(diagnosis.code);
  return at == by_code.end() ? "" : at->second;
}

}  // namespace liteheart
