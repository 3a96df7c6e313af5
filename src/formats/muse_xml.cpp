#include "formats/muse_xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "ecg/error.h"
#include "ecg/leads.h"
#include "ecg/units.h"
#include "formats/base64.h"
#include "formats/lead_pieces.h"
#include "formats/patient.h"
#include "formats/text.h"
#include "formats/xml_document.h"

namespace liteheart {
namespace {

std::uint32_t crc32(const std::vector<std::uint8_t>& bytes) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

/// The number in a child element; nullopt where there is none.
template <typename Number>
std::optional<Number> number_in(pugi::xml_node node, std::string_view name) {
  Number number{};
  if (!whole_number(xml_text(node, name), number)) return std::nullopt;
  return number;
}

pugi::xml_node choose_waveform(pugi::xml_node root, const std::string& place,
                               Recording& recording) {
  pugi::xml_node rhythm;
  int further = 0;
  bool median = false;
  for (const pugi::xml_node waveform : root.children()) {
    if (xml_name(waveform) != "Waveform") continue;
    const std::string type = xml_text(waveform, "WaveformType");
    median = median || same_word(type, "Median");
    if (!same_word(type, "Rhythm")) continue;
    further += static_cast<bool>(rhythm);
    if (!rhythm) rhythm = waveform;
  }
  if (!rhythm) {
    throw Error(place,
                median ? "holds the median beat only, no rhythm" : "holds no rhythm waveform",
                "export the ECG with its rhythm");
  }
  if (further > 0)
    recording.warnings.push_back(fmt::format("{} further rhythm waveforms are left out", further));
  return rhythm;
}

double rate_of(pugi::xml_node waveform, const std::string& place) {
  const auto base = number_in<double>(waveform, "SampleBase");
  const int exponent = number_in<int>(waveform, "SampleExponent").value_or(0);
  const double rate = base.value_or(0) * std::pow(10, exponent);
  constexpr double kHighestRate = 1e6;
  if (!(rate > 0) || rate > kHighestRate) {
    throw Error(place,
                fmt::format("SampleBase '{}' and SampleExponent '{}' are no rate",
                            xml_text(waveform, "SampleBase"), xml_text(waveform, "SampleExponent")),
                "correct them");
  }
  return rate;
}

class LeadReader {
 public:
  LeadReader(const std::string& file, Recording& recording) : file_(file), recording_(recording) {}

  LeadPiece read(pugi::xml_node node) {
    LeadPiece piece;
    piece.lead = lead_name(xml_text(node, "LeadID"));
    if (piece.lead.empty()) throw Error(file_, "a lead without LeadID", "correct it");
    place_ = fmt::format("{} lead {}", file_, piece.lead);
    if (number_in<int>(node, "LeadSampleSize").value_or(2) != 2) {
      throw Error(place_, fmt::format("samples of {} bytes", xml_text(node, "LeadSampleSize")),
                  "samples of 2 bytes are read");
    }
    const double mv_per_bit = scale(node);
    const auto bytes = decode_base64(xml_content(xml_child(node, "WaveFormData")), place_);
    check(node, piece.lead, bytes);
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
      const auto raw = static_cast<std::int16_t>(bytes[at] | bytes[at + 1] << 8);
      piece.mv.push_back(static_cast<float>(raw * mv_per_bit));
    }
    piece.first = number_in<std::uint16_t>(node, "LeadOffsetFirstSample").value_or(0);
    return piece;
  }

 private:
  double scale(pugi::xml_node node) const {
    const auto per_bit = number_in<double>(node, "LeadAmplitudeUnitsPerBit");
    constexpr double kLargest = 1e9;
    if (!per_bit || *per_bit == 0 || std::abs(*per_bit) > kLargest) {
      throw Error(place_,
                  fmt::format("LeadAmplitudeUnitsPerBit is '{}'",
                              xml_text(node, "LeadAmplitudeUnitsPerBit")),
                  "correct it");
    }
    const std::string unit = xml_text(node, "LeadAmplitudeUnits");
    const auto mv = millivolts_in(unit);
    if (!mv) {
      throw Error(place_, fmt::format("LeadAmplitudeUnits is '{}', no voltage", unit),
                  "correct it");
    }
    return *per_bit * *mv;
  }

  void check(pugi::xml_node node, const std::string& lead, const std::vector<std::uint8_t>& bytes) {
    const auto warn = [&](const std::string& of) {
      recording_.warnings.push_back(fmt::format("lead {}: {}", lead, of));
    };
    const auto declared = number_in<std::uint64_t>(node, "LeadSampleCountTotal");
    if (declared && *declared != bytes.size() / 2)
      warn(fmt::format("{} samples declared, {} there", *declared, bytes.size() / 2));
    if (bytes.size() % 2 != 0) warn("the last sample is cut in half, left out");
    const auto crc = number_in<std::uint32_t>(node, "LeadDataCRC32");
    if (crc && *crc != crc32(bytes)) warn("the checksum does not fit, samples may be damaged");
    if (same_word(xml_text(node, "LeadOff"), "TRUE")) warn("an electrode was off");
    if (number_in<double>(node, "FirstSampleBaseline").value_or(0) != 0)
      warn("FirstSampleBaseline is not applied");
  }

  const std::string& file_;
  Recording& recording_;
  std::string place_;
};

/// MM-DD-YYYY, as MUSE writes days; empty where it is none.
std::string iso_day(std::string_view text, Recording& recording) {
  int month = 0, day = 0, year = 0;
  const auto dash = [&] {
    if (text.empty() || (text[0] != '-' && text[0] != '/')) return false;
    text.remove_prefix(1);
    return true;
  };
  if (!take_number(text, month) || !dash() || !take_number(text, day) || !dash() ||
      !whole_number(text, year))
    return {};
  if (month > 12 && day <= 12) {
    std::swap(month, day);
    recording.warnings.push_back("a date is taken as DD-MM-YYYY, the others as MM-DD-YYYY");
  }
  return iso_date(year, month, day);
}

std::string iso_clock(std::string_view text) {
  int hour = 0, minute = 0;
  double second = 0;
  if (!take_number(text, hour) || !text.starts_with(':')) return {};
  text.remove_prefix(1);
  if (!take_number(text, minute)) return {};
  if (text.starts_with(':')) {
    text.remove_prefix(1);
    if (!whole_number(text, second)) return {};
  }
  return iso_time(hour, minute, second);
}

void read_age(pugi::xml_node patient, Recording& recording) {
  struct Unit {
    std::string_view name;
    double in_a_year;
  };
  constexpr std::array kUnits = {Unit{"YEARS", 1}, Unit{"MONTHS", 12}, Unit{"WEEKS", 52.18},
                                 Unit{"DAYS", 365.25}, Unit{"HOURS", 8766}};
  set_age(xml_text(patient, "PatientAge"), recording);
  if (!recording.age_years) return;
  const std::string written = xml_text(patient, "AgeUnits");
  for (const Unit& unit : kUnits)
    if (same_word(written, unit.name)) *recording.age_years /= unit.in_a_year;
}

void read_patient(pugi::xml_node root, Recording& recording) {
  const pugi::xml_node patient = xml_child(root, "PatientDemographics");
  recording.patient_id = xml_text(patient, "PatientID");
  recording.patient_name = join_telling(
      {xml_text(patient, "PatientFirstName"), xml_text(patient, "PatientLastName")}, " ");
  recording.birth_date = iso_day(xml_text(patient, "DateofBirth"), recording);
  read_age(patient, recording);
  set_sex(xml_text(patient, "Gender"), recording);
}

void read_acquisition(pugi::xml_node root, Recording& recording) {
  const pugi::xml_node test = xml_child(root, "TestDemographics");
  recording.start = iso_day(xml_text(test, "AcquisitionDate"), recording);
  const std::string clock = iso_clock(xml_text(test, "AcquisitionTime"));
  if (!recording.start.empty() && !clock.empty()) recording.start += "T" + clock;
  const std::string device = join_telling(
      {xml_text(test, "AcquisitionDevice"), xml_text(test, "AcquisitionSoftwareVersion")}, ", ");
  const std::string muse = xml_text(xml_path(root, {"MuseInfo", "MuseVersion"}));
  recording.device = join_telling({device, muse.empty() ? "" : "GE MUSE " + muse}, ", ");
}

/// Lines are given in parts, the last of which has the flag ENDSLINE.
void read_statements(pugi::xml_node diagnosis, Recording& recording) {
  std::string line;
  const auto end_line = [&] {
    if (!line.empty()) recording.statements.push_back(std::move(line));
    line.clear();
  };
  for (const pugi::xml_node statement : diagnosis.children()) {
    if (xml_name(statement) != "DiagnosisStatement") continue;
    const std::string part = xml_text(statement, "StmtText");
    if (!line.empty() && !part.empty()) line += ' ';
    line += part;
    for (const pugi::xml_node flag : statement.children())
      if (xml_name(flag) == "StmtFlag" && same_word(xml_text(flag), "ENDSLINE")) end_line();
  }
  end_line();
}

/// QRS complexes; their type is the number of a group of like ones, which is no class of beats.
void read_beats(pugi::xml_node root, Recording& recording) {
  for (const pugi::xml_node qrs : xml_child(root, "QRSTimesTypes").children()) {
    if (xml_name(qrs) != "QRS") continue;
    const auto ms = number_in<double>(qrs, "Time");
    const double at = std::round(ms.value_or(-1) * recording.rate_hz / 1000);
    if (!(at >= 0) || at >= static_cast<double>(recording.samples)) continue;
    recording.beats.push_back({static_cast<std::size_t>(at), "Q"});
  }
  std::stable_sort(recording.beats.begin(), recording.beats.end(),
                   [](const Beat& a, const Beat& b) { return a.sample < b.sample; });
}

}  // namespace

bool looks_like_muse_xml(std::string_view beginning) { return xml_root(beginning) == "RestingECG"; }

Recording read_muse_xml(InputFile& file) {
  const XmlDocument document(file);
  const pugi::xml_node root = document.root();
  Recording recording;
  recording.name = file.path().stem().string();
  recording.format = "GE MUSE XML";
  recording.warnings = document.warnings();
  const pugi::xml_node waveform = choose_waveform(root, file.place(), recording);
  if (const std::string type = xml_text(waveform, "SampleType");
      !type.empty() && !same_word(type, "CONTINUOUS_SAMPLES")) {
    throw Error(file.place(), fmt::format("samples of type '{}'", type),
                "CONTINUOUS_SAMPLES are read");
  }
  recording.rate_hz = rate_of(waveform, file.place());

  std::vector<LeadPiece> pieces;
  LeadReader reader(file.place(), recording);
  for (const pugi::xml_node lead : waveform.children())
    if (xml_name(lead) == "LeadData") pieces.push_back(reader.read(lead));
  if (const auto declared = number_in<std::size_t>(waveform, "NumberofLeads");
      declared && *declared != pieces.size()) {
    recording.warnings.push_back(
        fmt::format("{} leads declared, {} there", *declared, pieces.size()));
  }
  assemble(std::move(pieces), file.size(), file.place(), recording);

  read_patient(root, recording);
  read_acquisition(root, recording);
  for (const std::string_view diagnosis : {"Diagnosis", "OriginalDiagnosis"})
    if (recording.statements.empty()) read_statements(xml_child(root, diagnosis), recording);
  read_beats(root, recording);
  return recording;
}

}  // namespace liteheart
