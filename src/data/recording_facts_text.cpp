#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "data/quality_words.h"
#include "data/recording_facts.h"
#include "ecg/vocabulary.h"

namespace liteheart {
namespace {

using Json = nlohmann::ordered_json;

std::string joined(const std::vector<std::string>& parts, const char* by) {
  return fmt::format("{}", fmt::join(parts, by));
}

std::string length(const RecordingFacts& facts) {
  const double seconds = facts.seconds();
  const auto whole = static_cast<long>(std::lround(seconds));
  const std::string clock =
      seconds < 100 ? fmt::format("{:.1f} s", seconds)
                    : fmt::format("{}:{:02}:{:02} h", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{} ({} samples)", clock, facts.about.samples);
}

/// Leads with the same verdict share a line.
std::vector<std::string> verdicts(const RecordingFacts& facts) {
  std::vector<std::pair<std::string, std::vector<std::string>>> found;
  for (const LeadFacts& lead : facts.leads) {
    const std::string said = verdict(lead.quality);
    auto same = std::find_if(found.begin(), found.end(),
                             [&](const auto& line) { return line.first == said; });
    if (same == found.end()) same = found.insert(found.end(), {said, {}});
    same->second.push_back(lead.name);
  }
  std::vector<std::string> lines;
  lines.reserve(found.size());
  for (const auto& [said, leads] : found)
    lines.push_back(found.size() == 1 ? said : joined(leads, " ") + ": " + said);
  return lines;
}

std::string heart_rate(const RecordingFacts& facts) {
  const LeadFacts& lead = facts.leads[facts.rhythm_lead];
  if (lead.quality.beats < 2) return "no beats found";
  return fmt::format("{:.0f} bpm ({} beats in lead {})", lead.quality.rate_bpm, lead.quality.beats,
                     lead.name);
}

/// SNOMED CT codes with the vocabulary's names; other labels as they are.
std::vector<std::string> named(const std::vector<std::string>& diagnoses) {
  const Vocabulary& vocabulary = Vocabulary::standard();
  std::vector<std::string> all;
  all.reserve(diagnoses.size());
  for (const std::string& token : diagnoses) {
    const Diagnosis* known = vocabulary.find(token);
    all.push_back(known == nullptr ? token : fmt::format("{} ({})", known->name, token));
  }
  return all;
}

Json number_or_null(float value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json lead_json(const LeadFacts& lead) {
  const edge::Quality& q = lead.quality;
  return {{"name", lead.name},
          {"low_mv", number_or_null(lead.low_mv)},
          {"high_mv", number_or_null(lead.high_mv)},
          {"quality", edge::grade_text(q.grade)},
          {"faults", fault_words(q.faults)},
          {"cannot_be_judged", group_words(q.not_judged)},
          {"missing", q.missing},
          {"mains_mv", q.mains_known ? Json(q.mains_mv) : Json(nullptr)},
          {"wander_mv", q.wander_mv},
          {"muscle_mv", q.muscle_mv},
          {"qrs_mv", q.qrs_mv},
          {"beats", q.beats},
          {"rate_bpm", q.beats > 1 ? Json(q.rate_bpm) : Json(nullptr)}};
}

}  // namespace

std::string patient_text(const Recording& about) {
  std::vector<std::string> parts;
  if (!about.patient_name.empty()) parts.push_back(about.patient_name);
  if (!about.patient_id.empty()) parts.push_back("id " + about.patient_id);
  if (!about.birth_date.empty()) parts.push_back("born " + about.birth_date);
  if (about.age_years) parts.push_back(fmt::format("{} years", *about.age_years));
  if (!about.sex.empty()) parts.push_back(about.sex);
  return joined(parts, ", ");
}

std::string to_text(const RecordingFacts& facts, const std::string& file) {
  const Recording& about = facts.about;
  std::string text = file + "\n";
  const auto line = [&](const char* title, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {:<12}{}\n", title, value);
  };
  line("format", about.format);
  line("leads", joined(about.leads, " "));
  line("rate", fmt::format("{:.10g} Hz", about.rate_hz));
  line("length", length(facts));
  std::vector<std::string> ranges;
  for (const LeadFacts& lead : facts.leads)
    ranges.push_back(fmt::format("{} {:.2f} to {:.2f}", lead.name, lead.low_mv, lead.high_mv));
  line("amplitude", joined(ranges, ", ") + " mV");
  line("heart rate", heart_rate(facts));
  for (const std::string& said : verdicts(facts)) line("quality", said);
  if (facts.arms_swapped) line("electrodes", "those of the arms seem to be swapped");
  line("recorded", about.start);
  line("device", about.device);
  line("patient", patient_text(about));
  line("diagnoses", joined(named(about.diagnoses), ", "));
  for (const std::string& statement : about.statements) line("says", statement);
  if (!about.beats.empty()) line("annotated", fmt::format("{} beats", about.beats.size()));
  for (const std::string& warning : about.warnings) line("warning", warning);
  return text;
}

Json to_json(const RecordingFacts& facts, const std::string& file) {
  const Recording& about = facts.about;
  Json leads = Json::array();
  for (const LeadFacts& lead : facts.leads) leads.push_back(lead_json(lead));
  const edge::Quality& rhythm = facts.leads[facts.rhythm_lead].quality;
  return {{"file", file},
          {"format", about.format},
          {"rate_hz", about.rate_hz},
          {"samples", about.samples},
          {"seconds", facts.seconds()},
          {"quality", edge::grade_text(facts.grade())},
          {"rate_bpm", rhythm.beats > 1 ? Json(rhythm.rate_bpm) : Json(nullptr)},
          {"rate_lead", facts.leads[facts.rhythm_lead].name},
          {"arms_swapped", facts.arms_swapped},
          {"recorded", text_or_null(about.start)},
          {"device", text_or_null(about.device)},
          {"patient",
           {{"id", text_or_null(about.patient_id)},
            {"name", text_or_null(about.patient_name)},
            {"birth_date", text_or_null(about.birth_date)},
            {"age_years", about.age_years ? Json(*about.age_years) : Json(nullptr)},
            {"sex", text_or_null(about.sex)}}},
          {"diagnoses", about.diagnoses},
          {"statements", about.statements},
          {"annotated_beats", about.beats.size()},
          {"warnings", about.warnings},
          {"leads", std::move(leads)}};
}

}  // namespace liteheart
