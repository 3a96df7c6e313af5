#include <fmt/format.h>

#include "deploy/diagnosis.h"

namespace liteheart {
namespace {

constexpr std::size_t kMinorShown = 5;  // most probable of what was not found

}  // namespace

std::string to_text(const RecordingDiagnosis& d) {
  std::string text = fmt::format("{}: lead {}, {:.1f} s, {} window{}\n", d.name, d.leads, d.seconds,
                                 d.windows, d.windows == 1 ? "" : "s");
  for (const auto& warning : d.warnings) text += "  note: " + warning + "\n";
  std::size_t found = 0, minor = 0;
  for (const Finding& f : d.findings) found += f.present;
  text += found > 0 ? "  found:\n" : "  found: nothing above its threshold\n";
  for (const Finding& f : d.findings) {
    if (!f.present && minor++ == 0) text += "  not found, most probable first:\n";
    if (!f.present && minor > kMinorShown) break;
    text += fmt::format(
        "    {:<9}{:<52}{:>6.1f} %  (threshold {:.1f} %{})\n", f.diagnosis.abbreviation,
        f.diagnosis.name, 100 * f.probability, 100 * f.threshold,
        d.windows > 1 ? fmt::format(", in {} of {} windows", f.windows_present, d.windows) : "");
  }
  if (!d.not_judged.empty()) {
    text += fmt::format("  lead {} cannot judge:", d.leads);
    for (const Finding& f : d.not_judged) text += " " + f.diagnosis.abbreviation;
    text += "\n";
  }
  return text;
}

nlohmann::json to_json(const RecordingDiagnosis& d) {
  nlohmann::json j = {{"recording", d.name},
                      {"leads", d.leads},
                      {"seconds", d.seconds},
                      {"windows", d.windows},
                      {"warnings", d.warnings},
                      {"findings", nlohmann::json::array()},
                      {"not_judged", nlohmann::json::array()},
                      {"disclaimer", kDisclaimer}};
  for (const Finding& f : d.findings) {
    j["findings"].push_back({{"code", f.diagnosis.code},
                             {"abbreviation", f.diagnosis.abbreviation},
                             {"name", f.diagnosis.name},
                             {"probability", f.probability},
                             {"threshold", f.threshold},
                             {"present", f.present},
                             {"windows_present", f.windows_present}});
  }
  for (const Finding& f : d.not_judged)
    j["not_judged"].push_back({{"code", f.diagnosis.code},
                               {"abbreviation", f.diagnosis.abbreviation},
                               {"name", f.diagnosis.name}});
  return j;
}

std::string to_challenge(const RecordingDiagnosis& d) {
  std::string codes, labels, scores;
  for (const auto* list : {&d.findings, &d.not_judged}) {
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
