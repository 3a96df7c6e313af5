#include "formats/philips_xml.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "ecg/error.h"
#include "formats/hl7_time.h"
#include "formats/lead_pieces.h"
#include "formats/patient.h"
#include "formats/philips_waveforms.h"
#include "formats/xml_document.h"

namespace liteheart {
namespace {

void check_version(pugi::xml_node root, const std::string& place) {
  const std::string version = xml_text(xml_path(root, {"documentinfo", "documentversion"}));
  const auto is = [&](std::string_view known) {
    return version == known || version.starts_with(std::string(known) + ".");
  };
  if (!is("1.03") && !is("1.04")) {
    throw Error(place, fmt::format("Philips Sierra ECG XML of version '{}'", version),
                "versions 1.03 and 1.04 are read");
  }
}

/// YYYY-MM-DD and HH:MM:SS, without their marks.
std::optional<Hl7Time> point_in_time(std::string_view day, std::string_view clock) {
  std::string digits;
  for (const std::string_view part : {day, clock})
    for (const char c : part)
      if (c != '-' && c != ':') digits.push_back(c);
  return parse_hl7_time(digits);
}

void read_acquisition(pugi::xml_node root, Recording& recording) {
  const pugi::xml_node acquisition = xml_child(root, "dataacquisition");
  if (const auto at =
          point_in_time(xml_attribute(acquisition, "date"), xml_attribute(acquisition, "time")))
    recording.start = at->iso;
  const pugi::xml_node machine = xml_child(acquisition, "machine");
  recording.device =
      join_telling({xml_text(machine), xml_attribute(machine, "detaildescription")}, ", ");
}

void read_patient(pugi::xml_node root, Recording& recording) {
  const pugi::xml_node patient = xml_path(root, {"patient", "generalpatientdata"});
  recording.patient_id = join_telling({xml_text(patient, "patientid")}, "");
  if (recording.patient_id.empty())
    recording.patient_id = join_telling({xml_text(patient, "MRN")}, "");
  const pugi::xml_node name = xml_child(patient, "name"), age = xml_child(patient, "age");
  recording.patient_name =
      join_telling({xml_text(name, "firstname"), xml_text(name, "lastname")}, " ");
  if (const auto birth = point_in_time(xml_text(age, "dateofbirth"), ""))
    recording.birth_date = birth->iso;
  set_age(join_telling({xml_text(age, "years")}, ""), recording);
  set_sex(xml_text(patient, "sex"), recording);
}

/// Statements with their reason, then how severe it all is.
void read_statements(pugi::xml_node root, Recording& recording) {
  for (const pugi::xml_node interpretation : xml_child(root, "interpretations").children()) {
    if (xml_name(interpretation) != "interpretation") continue;
    for (const pugi::xml_node statement : interpretation.children()) {
      if (xml_name(statement) != "statement") continue;
      const std::string left = xml_text(statement, "leftstatement"),
                        right = xml_text(statement, "rightstatement");
      if (left.empty() && right.empty()) continue;
      recording.statements.push_back(right.empty()  ? left
                                     : left.empty() ? right
                                                    : fmt::format("{} ({})", left, right));
    }
    const std::string severity = xml_text(interpretation, "severity");
    if (!severity.empty()) recording.statements.push_back(severity);
  }
}

}  // namespace

bool looks_like_philips_xml(std::string_view beginning) {
  return xml_root(beginning) == "restingecgdata";
}

Recording read_philips_xml(InputFile& file) {
  const XmlDocument document(file);
  const pugi::xml_node root = document.root();
  check_version(root, file.place());
  Recording recording;
  recording.name = file.path().stem().string();
  recording.format = "Philips Sierra XML";
  recording.warnings = document.warnings();
  PhilipsWaveforms waveforms = read_philips_waveforms(root, file.size(), file.place());
  recording.rate_hz = waveforms.rate_hz;
  for (std::string& warning : waveforms.warnings) recording.warnings.push_back(std::move(warning));
  assemble(std::move(waveforms.leads), file.size(), file.place(), recording);
  read_acquisition(root, recording);
  read_patient(root, recording);
  read_statements(root, recording);
  return recording;
}

}  // namespace liteheart
