#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/quality_words.h"
#include "deploy/diagnosis.h"

namespace liteheart {
namespace {

constexpr std::size_t kMinorShown = 5;  // most probable of what was not found

/// What the quality gate says; nothing of a good signal.
std::string signal_line(const RecordingDiagnosis& d) {
  if (d.grade == edge::Grade::kGood) return {};
  std::string line = fmt::format("  signal: {}", edge::grade_text(d.grade));
  if (d.faults != 0) line += fmt::format(" ({})", fmt::join(fault_words(d.faults), ", "));
  if (d.grade == edge::Grade::kUnreadable) line += "; nothing is judged";
  if (d.windows > 1 && d.windows_read > 0)
    line += fmt::format(", {} of {} windows read", d.windows_read, d.windows);
  return line + "\n";
}

std::string list_line(const std::string& title, const std::vector<Finding>& findings) {
  if (findings.empty()) return {};
  std::string line = "  " + title + ":";
  for (const Finding& f : findings) line += " " + f.diagnosis.abbreviation;
  return line + "\n";
}

std::string findings_text(const std::string& title, const RecordingDiagnosis& d,
                          const std::vector<Finding>& findings) {
  if (findings.empty()) return {};
  std::string text = "  " + title + ":\n";
  for (const Finding& f : findings)
    text += fmt::format(
        "    {:<9}{:<52}{:>6.1f} %  (threshold {:.1f} %{})\n", f.diagnosis.abbreviation,
        f.diagnosis.name, 100 * f.probability, 100 * f.threshold,
        d.windows > 1 ? fmt::format(", in {} of {} windows", f.windows_present, f.windows) : "");
  return text;
}

nlohmann::json names_json(const std::vector<Finding>& findings) {
  nlohmann::json names = nlohmann::json::array();
  for (const Finding& f : findings)
    names.push_back({{"code", f.diagnosis.code},
                     {"abbreviation", f.diagnosis.abbreviation},
                     {"name", f.diagnosis.name}});
  return names;
}

}  // namespace

std::string to_text(const RecordingDiagnosis& d) {
  // As the user calls it: a folder may hold many of one name.
  std::string text =
      fmt::format("{}: lead {}, {:.1f} s, {} window{}\n", d.file.empty() ? d.name : d.file, d.leads,
                  d.seconds, d.windows, d.windows == 1 ? "" : "s");
  for (const auto& warning : d.warnings) text += "  note: " + warning + "\n";
  text += signal_line(d);
  if (d.grade == edge::Grade::kUnreadable) return text;
  std::vector<Finding> likely, possible, others;
  for (const Finding& f : d.findings)
    (f.likely() ? likely : f.possible() ? possible : others).push_back(f);
  if (others.size() > kMinorShown) others.resize(kMinorShown);
  if (d.judges_nothing())
    text += "  nothing is judged: the model has no diagnosis that it can judge here\n";
  else if (likely.empty() && possible.empty())
    text += "  found: nothing above its threshold\n";
  text += findings_text("found", d, likely);
  text += findings_text(
      "possible (above thresholds that would rather find too much; more often wrong than right)", d,
      possible);
  text += findings_text("not found, most probable first", d, others);
  text += list_line("this signal does not show", d.obscured);
  text += list_line(fmt::format("lead {} cannot judge", d.leads), d.not_judged);
  return text;
}

nlohmann::json to_json(const RecordingDiagnosis& d) {
  nlohmann::json j = {{"recording", d.name},
                      {"file", d.file},
                      {"leads", d.leads},
                      {"seconds", d.seconds},
                      {"windows", d.windows},
                      {"warnings", d.warnings},
                      {"quality",
                       {{"grade", edge::grade_text(d.grade)},
                        {"faults", fault_words(d.faults)},
                        {"windows_read", d.windows_read}}},
                      {"findings", nlohmann::json::array()},
                      {"obscured", names_json(d.obscured)},
                      {"not_judged", names_json(d.not_judged)},
                      {"disclaimer", kDisclaimer}};
  for (const Finding& f : d.findings) {
    j["findings"].push_back({{"code", f.diagnosis.code},
                             {"abbreviation", f.diagnosis.abbreviation},
                             {"name", f.diagnosis.name},
                             {"probability", f.probability},
                             {"threshold", f.threshold},
                             {"present", f.present},
                             {"likely", f.likely()},
                             {"windows", f.windows},
                             {"windows_present", f.windows_present}});
  }
  return j;
}

std::string to_challenge(const RecordingDiagnosis& d) {
  std::string codes, labels, scores;
  for (const auto* list : {&d.findings, &d.obscured, &d.not_judged}) {
    for (const Finding& f : *list) {
      const char* comma = codes.empty() ? "" : ",";
      codes += comma + f.diagnosis.code;
      labels += fmt::format("{}{}", comma, f.present ? 1 : 0);
      scores += fmt::format("{}{:.6f}", comma, f.probability);
    }
  }
  return fmt::format("#{}\n{}\n{}\n{}\n", d.name, codes, labels, scores);
}

}  // namespace liteheart
