#include "formats/fhir_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "ecg/error.h"
#include "ecg/leads.h"
#include "ecg/units.h"
#include "formats/bounded_json.h"
#include "formats/ecg_lead_codes.h"
#include "formats/patient.h"
#include "formats/text.h"

namespace liteheart {
namespace {

using nlohmann::json;

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

/// The member `key` of an object; a null value where there is none.
const json& member(const json& object, const char* key) {
  static const json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

const json& first(const json& array) {
  static const json nothing;
  return array.is_array() && !array.empty() ? array.front() : nothing;
}

std::string text_of(const json& object, const char* key) {
  const json& value = member(object, key);
  return value.is_string() ? std::string(trim(value.get_ref<const std::string&>())) : std::string();
}

std::optional<double> number_of(const json& object, const char* key) {
  const json& value = member(object, key);
  if (!value.is_number()) return std::nullopt;
  const double number = value.get<double>();
  if (!std::isfinite(number)) return std::nullopt;
  return number;
}

bool is_resource(const json& value, std::string_view type) {
  return text_of(value, "resourceType") == type;
}

/// The MDC code of an ECG potential in a CodeableConcept: 0 for the ECG, else that of the lead.
std::optional<int> mdc_lead(const json& coded) {
  constexpr int kMostLeads = 256;
  for (const json& coding : member(coded, "coding")) {
    int code = 0;
    if (whole_number(std::string_view(text_of(coding, "code")), code) && code >= kMdcPotential &&
        code < kMdcPotential + kMostLeads)
      return code - kMdcPotential;
  }
  return std::nullopt;
}

/// The words of a CodeableConcept, its own text first.
std::vector<std::string> words(const json& coded) {
  std::vector<std::string> found;
  if (std::string text = text_of(coded, "text"); !text.empty()) found.push_back(std::move(text));
  for (const json& coding : member(coded, "coding"))
    if (std::string text = text_of(coding, "display"); !text.empty())
      found.push_back(std::move(text));
  return found;
}

bool names_ecg(const json& coded) {
  if (mdc_lead(coded)) return true;
  for (const json& coding : member(coded, "coding"))
    if (text_of(coding, "code") == "11524-6") return true;
  for (const std::string& text : words(coded)) {
    const std::string folded = lower(text);
    for (const std::string_view word : {"ecg", "ekg", "electrocardio"})
      if (folded.find(word) != std::string::npos) return true;
  }
  return false;
}

std::string lead_of(const json& coded, const std::string& otherwise) {
  if (const auto code = mdc_lead(coded); code && !lead_of_code(*code).empty())
    return std::string(lead_of_code(*code));
  const auto texts = words(coded);
  for (const std::string& text : texts)
    if (lead_index(text)) return lead_name(text);
  return texts.empty() ? otherwise : lead_name(texts.front());
}

std::string unit_of(const json& sampled) {
  const json& origin = member(sampled, "origin");
  const std::string code = text_of(origin, "code"), unit = text_of(origin, "unit");
  return millivolts_in(code) || unit.empty() ? code : unit;
}

/// A SampledData and what it samples.
struct Series {
  std::string what;  // for errors
  std::string lead;
  const json* sampled = nullptr;
};

std::vector<Series> series_of(const json& observation) {
  std::vector<Series> all;
  if (const json& own = member(observation, "valueSampledData"); own.is_object())
    all.push_back({"valueSampledData", lead_of(member(observation, "code"), "ECG"), &own});
  std::size_t number = 0;
  for (const json& component : member(observation, "component")) {
    ++number;
    const json& sampled = member(component, "valueSampledData");
    if (!sampled.is_object()) continue;
    all.push_back({fmt::format("component {}", number),
                   lead_of(member(component, "code"), fmt::format("component {}", number)),
                   &sampled});
  }
  return all;
}

bool is_ecg(const json& observation) {
  const auto all = series_of(observation);
  if (all.empty()) return false;
  if (names_ecg(member(observation, "code"))) return true;
  for (const json& component : member(observation, "component"))
    if (names_ecg(member(component, "code"))) return true;
  return std::any_of(all.begin(), all.end(), [](const Series& series) {
    return millivolts_in(unit_of(*series.sampled)).has_value();
  });
}

/// Samples per second; 0 where no period is told.
double rate_of(const json& sampled) {
  double seconds = number_of(sampled, "period").value_or(0) / 1000;
  if (seconds <= 0) {  // R5
    struct Time {
      std::string_view unit;
      double seconds;
    };
    constexpr std::array kTimes = {Time{"s", 1}, Time{"ms", 1e-3}, Time{"us", 1e-6}};
    const std::string unit = text_of(sampled, "intervalUnit");
    for (const Time& time : kTimes)
      if (unit == time.unit) seconds = number_of(sampled, "interval").value_or(0) * time.seconds;
  }
  constexpr double kHighestRate = 1e6;
  const double rate = seconds > 0 ? 1 / seconds : 0;
  return std::isfinite(rate) && rate <= kHighestRate ? rate : 0;
}

struct Lead {
  std::string name;
  double rate_hz = 0;
  std::vector<float> mv;
};

class Reader {
 public:
  Reader(std::string place, const ReadOptions& options, Recording& recording)
      : place_(std::move(place)), options_(options), recording_(recording) {}

  void read(const json& observation) {
    for (const Series& series : series_of(observation)) decode(series);
    if (leads_.empty())
      throw Error(place_, "none of its SampledData is a voltage", "choose an ECG Observation");
    assemble();
  }

 private:
  [[noreturn]] void fail(const Series& series, const std::string& problem,
                         std::string_view remedy) const {
    throw Error(fmt::format("{} {}", place_, series.what), problem, remedy);
  }
  void warn(std::string text) { recording_.warnings.push_back(std::move(text)); }

  void decode(const Series& series) {
    const json& sampled = *series.sampled;
    const std::string written = unit_of(sampled), unit = written.empty() ? options_.unit : written;
    const auto millivolts = millivolts_in(unit);
    if (!millivolts && unit.empty()) fail(series, "its samples have no unit", "name it (--unit)");
    if (!millivolts) {
      warn(fmt::format("'{}' is left out: its unit is '{}'", series.lead, unit));
      return;
    }
    if (member(sampled, "offsets").is_string())
      fail(series, "its samples stand at irregular offsets, which are not supported",
           "write them at a steady period");
    const double rate = rate_of(sampled);
    if (!(rate > 0)) fail(series, "no period of its samples is told", "add SampledData.period");
    const double dimensions = number_of(sampled, "dimensions").value_or(1);
    constexpr double kMostDimensions = 64;
    if (!(dimensions >= 1) || dimensions > kMostDimensions)
      fail(series, fmt::format("it has {} dimensions", dimensions), "write 1 to 64");
    if (!member(sampled, "data").is_string() ||
        member(sampled, "data").get_ref<const std::string&>().empty())
      fail(series, "it has no data", "choose an Observation with samples");
    split(series, numbers(series, *millivolts), static_cast<std::size_t>(dimensions), rate);
  }

  std::vector<float> numbers(const Series& series, double millivolts) {
    const double factor = number_of(*series.sampled, "factor").value_or(1) * millivolts,
                 origin =
                     number_of(member(*series.sampled, "origin"), "value").value_or(0) * millivolts;
    const std::string& data = member(*series.sampled, "data").get_ref<const std::string&>();
    std::vector<float> mv;
    std::size_t beyond = 0;
    constexpr std::string_view kBlank = " \t\r\n";
    for (std::size_t at = data.find_first_not_of(kBlank); at != std::string::npos;) {
      const std::size_t end = std::min(data.find_first_of(kBlank, at), data.size());
      const std::string_view token = std::string_view(data).substr(at, end - at);
      double value = 0;
      if (same_word(token, "E")) {
        mv.push_back(kMissing);
      } else if (same_word(token, "U") || same_word(token, "L")) {
        mv.push_back(kMissing);
        ++beyond;
      } else if (whole_number(token, value)) {
        mv.push_back(static_cast<float>(value * factor + origin));
      } else {
        constexpr std::size_t kShown = 20;
        fail(series,
             fmt::format("value {} '{}' is no number, E, U or L", mv.size() + 1,
                         token.substr(0, kShown)),
             "get a sound copy of it");
      }
      at = data.find_first_not_of(kBlank, end);
    }
    if (beyond > 0)
      warn(fmt::format("'{}': {} samples beyond the limits of detection are missing", series.lead,
                       beyond));
    return mv;
  }

  void split(const Series& series, std::vector<float> mv, std::size_t dimensions, double rate) {
    if (mv.size() % dimensions != 0)
      warn(fmt::format("'{}': the last sample lacks some of its {} dimensions", series.lead,
                       dimensions));
    const std::size_t samples = mv.size() / dimensions;
    if (samples == 0) fail(series, "it has no data", "choose an Observation with samples");
    if (dimensions == 1) {
      leads_.push_back({series.lead, rate, std::move(mv)});
      return;
    }
    for (std::size_t k = 0; k < dimensions; ++k) {
      Lead lead = {fmt::format("{} {}", series.lead, k + 1), rate, {}};
      for (std::size_t t = 0; t < samples; ++t) lead.mv.push_back(mv[t * dimensions + k]);
      leads_.push_back(std::move(lead));
    }
  }

  /// Leads of one rate and about one length.
  void assemble() {
    constexpr double kSameRate = 1e-9;
    const Lead& longest =
        *std::max_element(leads_.begin(), leads_.end(),
                          [](const Lead& a, const Lead& b) { return a.mv.size() < b.mv.size(); });
    recording_.rate_hz = longest.rate_hz;
    recording_.samples = longest.mv.size();
    for (const Lead& lead : leads_) {
      if (std::abs(lead.rate_hz / recording_.rate_hz - 1) > kSameRate) {
        warn(fmt::format("'{}' is left out: it has {:g} Hz, not {:g}", lead.name, lead.rate_hz,
                         recording_.rate_hz));
        continue;
      }
      if (lead.mv.size() < recording_.samples / 2) {
        warn(fmt::format("'{}' is left out: it has {} samples of {}", lead.name, lead.mv.size(),
                         recording_.samples));
        continue;
      }
      if (lead.mv.size() < recording_.samples)
        warn(fmt::format("'{}': {} samples at the end are missing", lead.name,
                         recording_.samples - lead.mv.size()));
      recording_.leads.push_back(lead.name);
      recording_.mv.insert(recording_.mv.end(), lead.mv.begin(), lead.mv.end());
      recording_.mv.resize(recording_.leads.size() * recording_.samples, kMissing);
    }
  }

  std::string place_;
  const ReadOptions& options_;
  Recording& recording_;
  std::vector<Lead> leads_;
};

/// The Patient that a reference names, contained in the Observation or in its Bundle.
const json* patient_of(const json& observation, const json& document,
                       const std::string& reference) {
  if (reference.starts_with('#')) {
    for (const json& contained : member(observation, "contained"))
      if (is_resource(contained, "Patient") && text_of(contained, "id") == reference.substr(1))
        return &contained;
    return nullptr;
  }
  for (const json& entry : member(document, "entry")) {
    const json& resource = member(entry, "resource");
    if (is_resource(resource, "Patient") && !reference.empty() &&
        (text_of(entry, "fullUrl") == reference ||
         "Patient/" + text_of(resource, "id") == reference))
      return &resource;
  }
  return nullptr;
}

void read_subject(const json& observation, const json& document, Recording& recording) {
  const json& subject = member(observation, "subject");
  const std::string reference = text_of(subject, "reference");
  constexpr std::string_view kPatient = "Patient/";
  recording.patient_name = text_of(subject, "display");
  recording.patient_id = text_of(member(subject, "identifier"), "value");
  if (const std::size_t at = reference.rfind(kPatient);
      recording.patient_id.empty() && at != std::string::npos)
    recording.patient_id = reference.substr(at + kPatient.size());
  const json* const patient = patient_of(observation, document, reference);
  if (!patient) return;
  if (std::string id = text_of(first(member(*patient, "identifier")), "value"); !id.empty())
    recording.patient_id = std::move(id);
  const json& name = first(member(*patient, "name"));
  std::string full = text_of(name, "text");
  if (full.empty()) {
    for (const json& given : member(name, "given"))
      if (given.is_string()) full += given.get_ref<const std::string&>() + " ";
    full = trim(full + text_of(name, "family"));
  }
  if (!full.empty()) recording.patient_name = full;
  recording.birth_date = text_of(*patient, "birthDate");
  set_sex(text_of(*patient, "gender"), recording);
}

std::string start_of(const json& observation) {
  for (const std::string& start :
       {text_of(observation, "effectiveDateTime"), text_of(observation, "effectiveInstant"),
        text_of(member(observation, "effectivePeriod"), "start")}) {
    const bool date =
        start.size() >= 4 && start.find_first_not_of("0123456789-:.TZ+") == std::string::npos;
    if (date) return start;
  }
  return {};
}

void read_about(const json& observation, const json& document, Recording& recording) {
  recording.start = start_of(observation);
  recording.device = text_of(member(observation, "device"), "display");
  read_subject(observation, document, recording);
  for (const json& interpretation : member(observation, "interpretation"))
    if (const auto texts = words(interpretation); !texts.empty())
      recording.statements.push_back(texts.front());
  for (const json& note : member(observation, "note")) {
    std::string text = text_of(note, "text");
    if (text.starts_with(kFhirLocalTimeNote)) {
      constexpr std::size_t kDate = 10;
      if (recording.start.size() == kDate)
        recording.start += "T" + text.substr(kFhirLocalTimeNote.size());
    } else if (!text.empty() && text != kFhirResearchNote) {
      recording.statements.push_back(std::move(text));
    }
  }
}

/// The Observation in a document: itself, or the first ECG of a Bundle.
const json& observation_in(const json& document, const std::string& place, Recording& recording) {
  constexpr std::string_view kRemedy = "choose an Observation with SampledData";
  if (is_resource(document, "Observation")) {
    if (series_of(document).empty())
      throw Error(place, "is a FHIR Observation without SampledData", kRemedy);
    if (!is_ecg(document)) throw Error(place, "is a FHIR Observation, but not of an ECG", kRemedy);
    return document;
  }
  if (!is_resource(document, "Bundle"))
    throw Error(place,
                fmt::format("is a FHIR {}, not an Observation", text_of(document, "resourceType")),
                kRemedy);
  const json* found = nullptr;
  std::size_t more = 0;
  for (const json& entry : member(document, "entry")) {
    const json& resource = member(entry, "resource");
    if (!is_resource(resource, "Observation") || !is_ecg(resource)) continue;
    if (found)
      ++more;
    else
      found = &resource;
  }
  if (!found) throw Error(place, "is a FHIR Bundle without an ECG Observation", kRemedy);
  if (more > 0)
    recording.warnings.push_back(
        fmt::format("{} more ECG Observations of the Bundle are left out", more));
  return *found;
}

}  // namespace

bool looks_like_fhir(std::string_view beginning) {
  if (beginning.starts_with(kByteOrderMark)) beginning.remove_prefix(kByteOrderMark.size());
  const std::size_t start = beginning.find_first_not_of(" \t\r\n");
  return start != std::string_view::npos && beginning[start] == '{' &&
         (beginning.find("\"resourceType\"") != std::string_view::npos ||
          beginning.find("\"valueSampledData\"") != std::string_view::npos);
}

Recording read_fhir(InputFile& file, const ReadOptions& options) {
  const json document = parse_bounded_json(file.text(), file.place());
  Recording recording;
  recording.name = file.path().stem().string();
  recording.format = "FHIR Observation";
  const json& observation = observation_in(document, file.place(), recording);
  Reader(file.place(), options, recording).read(observation);
  read_about(observation, document, recording);
  return recording;
}

}  // namespace liteheart
