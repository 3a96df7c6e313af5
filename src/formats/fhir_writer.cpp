#include "formats/fhir_writer.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "ecg/error.h"
#include "formats/ecg_lead_codes.h"
#include "formats/fhir_reader.h"
#include "formats/sample_step.h"
#include "formats/text.h"
#include "formats/whole_file.h"

namespace liteheart {
namespace {

using Json = nlohmann::ordered_json;

void check_writable(const Recording& recording) {
  if (recording.leads.empty() || recording.samples == 0 || !(recording.rate_hz > 0) ||
      recording.mv.size() != recording.leads.size() * recording.samples)
    throw Error("recording '" + recording.name + "'",
                "has no leads, samples or rate, or they do not match its signal",
                "fill the recording before it is written");
}

Json mdc(int code, const std::string& display) {
  return {{"coding", Json::array({{{"system", "urn:oid:2.16.840.1.113883.6.24"},
                                   {"code", std::to_string(code)},
                                   {"display", display}}})}};
}

Json lead_code(const std::string& lead) {
  if (const auto code = code_of_lead(lead))
    return mdc(kMdcPotential + *code, "MDC_ECG_ELEC_POTL_" + lead);
  return {{"text", trim(lead).empty() ? "lead" : lead}};
}

std::string data_of(std::span<const float> mv, double step) {
  std::string data;
  data.reserve(5 * mv.size());
  for (const float value : mv) {
    if (!data.empty()) data.push_back(' ');
    data += std::isnan(value) ? "E" : std::to_string(in_steps(value, step));
  }
  return data;
}

Json component(const Recording& recording, std::size_t lead) {
  const double step = step_microvolts(recording.lead(lead));
  constexpr double kMillisecondsInSecond = 1000;
  return {
      {"code", lead_code(recording.leads[lead])},
      {"valueSampledData",
       {{"origin",
         {{"value", 0}, {"unit", "uV"}, {"system", "http://unitsofmeasure.org"}, {"code", "uV"}}},
        {"period", kMillisecondsInSecond / recording.rate_hz},
        {"factor", step},
        {"dimensions", 1},
        {"data", data_of(recording.lead(lead), step)}}}};
}

bool whole_date(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-';
}

void put_patient(const Recording& recording, Json& observation) {
  Json patient = {{"resourceType", "Patient"}, {"id", "patient"}};
  if (!recording.patient_id.empty())
    patient["identifier"] = Json::array({{{"value", recording.patient_id}}});
  if (!recording.patient_name.empty())
    patient["name"] = Json::array({{{"text", recording.patient_name}}});
  if (!recording.sex.empty()) patient["gender"] = recording.sex;
  if (whole_date(recording.birth_date)) patient["birthDate"] = recording.birth_date;
  if (patient.size() == 2) return;
  observation["contained"] = Json::array({patient});
  observation["subject"] = {{"reference", "#patient"}};
}

/// FHIR's dateTime: a date, or a date with time to the second and time zone.
void put_start(const std::string& start, Json& observation, Json& notes) {
  const std::string date = start.substr(0, 10);
  if (!whole_date(date)) return;
  const std::string time = start.size() > 11 ? start.substr(11) : std::string();
  const bool zoned = time.find_first_of("Z+-") != std::string::npos;
  const bool to_the_second = time.size() >= 8 && time[2] == ':' && time[5] == ':';
  if (zoned && to_the_second) {
    observation["effectiveDateTime"] = start;
    return;
  }
  observation["effectiveDateTime"] = date;
  if (!time.empty()) notes.push_back({{"text", std::string(kFhirLocalTimeNote) + time}});
}

}  // namespace

std::string fhir_observation(const Recording& recording) {
  check_writable(recording);
  Json observation = {{"resourceType", "Observation"}};
  Json notes = Json::array({{{"text", kFhirResearchNote}}});
  put_patient(recording, observation);
  observation["status"] = "preliminary";
  observation["category"] = Json::array(
      {{{"coding",
         Json::array({{{"system", "http://terminology.hl7.org/CodeSystem/observation-category"},
                       {"code", "procedure"},
                       {"display", "Procedure"}}})}}});
  observation["code"] = mdc(kMdcPotential, "MDC_ECG_ELEC_POTL");
  put_start(recording.start, observation, notes);
  for (const std::string& statement : recording.statements)
    if (!trim(statement).empty()) observation["interpretation"].push_back({{"text", statement}});
  observation["note"] = notes;
  if (!recording.device.empty()) observation["device"] = {{"display", recording.device}};
  for (std::size_t lead = 0; lead < recording.leads.size(); ++lead)
    observation["component"].push_back(component(recording, lead));
  return observation.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_fhir(const Recording& recording, const std::filesystem::path& file) {
  write_whole(file, fhir_observation(recording));
}

}  // namespace liteheart
