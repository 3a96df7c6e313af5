#include "formats/hl7_aecg.h"

#include <fmt/format.h>

#include <unordered_set>
#include <utility>

#include "ecg/error.h"
#include "formats/hl7_aecg_series.h"
#include "formats/hl7_time.h"
#include "formats/patient.h"
#include "formats/text.h"
#include "formats/xml_document.h"

namespace liteheart {
namespace {

constexpr std::string_view kRhythm = "RHYTHM", kRepresentative = "REPRESENTATIVE_BEAT";

std::string_view code_of(pugi::xml_node node) {
  return xml_attribute(xml_child(node, "code"), "code");
}

/// What a file offers, by what it is.
struct Offered {
  std::vector<pugi::xml_node> rhythms, others, derived_rhythms;
  bool representative_beats = false;
};

Offered offered_series(pugi::xml_node root) {
  Offered offered;
  for (pugi::xml_node at = xml_next(root, root); at; at = xml_next(at, root)) {
    const bool derived = xml_name(at) == "derivedSeries";
    if ((!derived && xml_name(at) != "series") || !holds_leads(at)) continue;
    const std::string_view code = code_of(at);
    if (code == kRepresentative) {
      offered.representative_beats = true;
    } else if (derived) {
      offered.derived_rhythms.push_back(at);
    } else {
      (code == kRhythm ? offered.rhythms : offered.others).push_back(at);
    }
  }
  return offered;
}

pugi::xml_node choose_series(const Offered& offered, const std::string& place,
                             Recording& recording) {
  if (offered.rhythms.size() > 1) {
    recording.warnings.push_back(
        fmt::format("{} further rhythm series are left out", offered.rhythms.size() - 1));
  }
  if (!offered.rhythms.empty()) return offered.rhythms[0];
  if (!offered.others.empty()) {
    const pugi::xml_node chosen = offered.others[0];
    recording.warnings.push_back(
        fmt::format("a series of kind '{}' is read as rhythm", code_of(chosen)));
    return chosen;
  }
  if (!offered.derived_rhythms.empty()) {
    recording.warnings.push_back("the rhythm is a derived series: no other is there");
    return offered.derived_rhythms[0];
  }
  if (offered.representative_beats) {
    throw Error(place, "holds representative beats only, no rhythm",
                "choose a file that holds the rhythm");
  }
  throw Error(place, "an HL7 annotated ECG without a waveform",
              "choose a file that holds a rhythm series");
}

void read_age(pugi::xml_node root, Recording& recording) {
  constexpr std::string_view kReportedAge = "21612-7";  // LOINC
  for (const pugi::xml_node variable : root.children()) {
    const pugi::xml_node age = xml_child(variable, "relatedObservation");
    if (code_of(age) != kReportedAge) continue;
    const pugi::xml_node value = xml_child(age, "value");
    if (xml_attribute(value, "unit") == "a") set_age(xml_attribute(value, "value"), recording);
  }
}

void read_subject(pugi::xml_node root, Recording& recording) {
  const pugi::xml_node subject = xml_find(root, "trialSubject");
  const pugi::xml_node person = xml_child(subject, "subjectDemographicPerson");
  const pugi::xml_node id = xml_child(subject, "id");
  recording.patient_id = xml_attribute(id, "extension");
  if (recording.patient_id.empty())
    recording.patient_id = xml_text(person, "PatientID");  // Mindray
  if (recording.patient_id.empty()) recording.patient_id = xml_attribute(id, "root");
  recording.patient_name = xml_text(person, "name");
  if (const pugi::xml_node name = xml_child(person, "name"); recording.patient_name.empty()) {
    recording.patient_name = join_telling({xml_text(name, "given"), xml_text(name, "family")}, " ");
  }
  if (const auto birth = parse_hl7_time(xml_attribute(xml_child(person, "birthTime"), "value")))
    recording.birth_date = birth->iso.substr(0, 10);
  set_sex(xml_attribute(xml_child(person, "administrativeGenderCode"), "code"), recording);
  read_age(root, recording);
}

void read_device(pugi::xml_node series, Recording& recording) {
  pugi::xml_node author = xml_path(series, {"author", "seriesAuthor"});
  const pugi::xml_node device = xml_child(author, "manufacturedSeriesDevice");
  recording.device =
      join_telling({xml_text(xml_path(author, {"manufacturerOrganization", "name"})),
                    xml_text(device, "manufacturerModelName"), xml_text(device, "softwareName")},
                   ", ");
}

/// When an element with effectiveTime begins.
std::string begin_of(pugi::xml_node node) {
  const pugi::xml_node time = xml_child(node, "effectiveTime");
  for (const std::string_view name : {"low", "center"})
    if (const auto at = parse_hl7_time(xml_attribute(xml_child(time, name), "value")))
      return at->iso;
  const auto at = parse_hl7_time(xml_attribute(time, "value"));
  return at ? at->iso : std::string();
}

/// Warns where the series says that it lasts longer than its samples do.
void check_duration(pugi::xml_node series, Recording& recording) {
  const pugi::xml_node time = xml_child(series, "effectiveTime");
  const auto low = parse_hl7_time(xml_attribute(xml_child(time, "low"), "value")),
             high = parse_hl7_time(xml_attribute(xml_child(time, "high"), "value"));
  if (!low || !high) return;
  const double told = high->seconds - low->seconds,
               there = static_cast<double>(recording.samples) / recording.rate_hz;
  constexpr double kRounding = 1;  // times are often written in whole seconds
  if (told - there > kRounding) {
    recording.warnings.push_back(
        fmt::format("{:.3g} s of samples, where the series says {:.3g} s", there, told));
  }
}

/// Texts of annotations, and the names of coded rhythms.
void read_statements(pugi::xml_node root, Recording& recording) {
  std::unordered_set<std::string> seen;
  for (pugi::xml_node at = xml_next(root, root); at; at = xml_next(at, root)) {
    if (xml_name(at) != "annotation") continue;
    const pugi::xml_node value = xml_child(at, "value");
    std::string statement = xml_text(value);
    const std::string_view code = code_of(at);
    if (statement.empty() && (code == "MDC_ECG_RHY" || code.starts_with("MDC_ECG_INTERPRETATION")))
      statement = xml_attribute(value, "displayName");
    if (!statement.empty() && seen.insert(statement).second)
      recording.statements.push_back(std::move(statement));
  }
}

}  // namespace

bool looks_like_hl7_aecg(std::string_view beginning) {
  return xml_root(beginning) == "AnnotatedECG";
}

Recording read_hl7_aecg(InputFile& file, const ReadOptions& options) {
  const XmlDocument document(file);
  const pugi::xml_node root = document.root();
  Recording recording;
  recording.name = file.path().stem().string();
  recording.format = "HL7 aECG";
  recording.warnings = document.warnings();
  const pugi::xml_node series = choose_series(offered_series(root), file.place(), recording);

  AecgWaveforms waveforms = read_aecg_series(series, options, file.place());
  recording.rate_hz = waveforms.rate_hz;
  for (std::string& warning : waveforms.warnings) recording.warnings.push_back(std::move(warning));
  assemble(std::move(waveforms.pieces), file.size(), file.place(), recording);

  check_duration(series, recording);

  recording.start = waveforms.start;
  if (recording.start.empty()) recording.start = begin_of(series);
  if (recording.start.empty()) recording.start = begin_of(root);
  read_subject(root, recording);
  read_device(series, recording);
  read_statements(root, recording);
  return recording;
}

}  // namespace liteheart
