#include "formats/dicom_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

#include "ecg/error.h"
#include "formats/dicom_dataset.h"
#include "formats/dicom_waveform.h"
#include "formats/patient.h"
#include "formats/text.h"

namespace liteheart {
namespace {

constexpr DicomTag kAcquired = 0x0008002A, kContentDate = 0x00080023, kContentTime = 0x00080033,
                   kStudyDate = 0x00080020, kStudyTime = 0x00080030, kManufacturer = 0x00080070,
                   kModel = 0x00081090, kSoftware = 0x00181020, kContributing = 0x0018A001,
                   kPurpose = 0x0040A170, kPatientName = 0x00100010, kPatientId = 0x00100020,
                   kBirthDate = 0x00100030, kSex = 0x00100040, kAge = 0x00101010,
                   kGroupOffset = 0x00181068, kWaveforms = 0x54000100, kAnnotations = 0x0040B020,
                   kAnnotationText = 0x00700006, kConcept = 0x0040A043, kConceptCode = 0x0040A168,
                   kNumericValue = 0x0040A30A, kRange = 0x0040A130, kCode = 0x00080100,
                   kMeaning = 0x00080104;

struct EcgClass {
  std::string_view uid, name;
};
constexpr std::array kEcgClasses = {
    EcgClass{"1.2.840.10008.5.1.4.1.1.9.1.1", "DICOM 12-lead ECG"},
    EcgClass{"1.2.840.10008.5.1.4.1.1.9.1.2", "DICOM general ECG"},
    EcgClass{"1.2.840.10008.5.1.4.1.1.9.1.3", "DICOM ambulatory ECG"},
    EcgClass{"1.2.840.10008.5.1.4.1.1.9.1.4", "DICOM general 32-bit ECG"}};

/// The number in `count` digits taken off `text`; -1 where there are none.
int take_digits(std::string_view& text, std::size_t count) {
  int number = 0;
  if (text.size() < count) return -1;
  const char* const end = text.data() + count;
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end || number < 0) return -1;
  text.remove_prefix(count);
  return number;
}

/// DA: YYYYMMDD, of old also YYYY.MM.DD.
std::string date_of(std::string_view text) {
  std::string digits(text);
  std::erase(digits, '.');
  std::string_view left = digits;
  const int year = take_digits(left, 4), month = take_digits(left, 2), day = take_digits(left, 2);
  return left.empty() ? iso_date(year, month, day) : std::string();
}

/// TM: HH[MM[SS[.FFFFFF]]], of old with colons. Empty where it is none.
std::string time_of(std::string_view text) {
  std::string digits(text);
  std::erase(digits, ':');
  std::string_view left = digits;
  const int hour = take_digits(left, 2), minute = std::max(0, take_digits(left, 2));
  double second = 0;
  if (!left.empty() && !whole_number(left, second)) return {};
  return iso_time(hour, minute, second);
}

/// DT: YYYYMMDDHHMMSS.FFFFFF&ZZXX.
std::string date_time_of(std::string_view text) {
  std::string zone;
  if (const std::size_t sign = text.find_first_of("+-"); sign != std::string_view::npos) {
    std::string_view offset = text.substr(sign + 1);
    const int hours = take_digits(offset, 2), minutes = take_digits(offset, 2);
    if (hours >= 0 && minutes >= 0) zone = fmt::format("{}{:02}:{:02}", text[sign], hours, minutes);
    text = text.substr(0, sign);
  }
  const std::string date = date_of(text.substr(0, 8));
  const std::string time = text.size() > 8 ? time_of(text.substr(8)) : std::string();
  return date.empty() || time.empty() ? date : fmt::format("{}T{}{}", date, time, zone);
}

std::string start_of(const DicomItem& root) {
  if (std::string start = date_time_of(root.text(kAcquired)); !start.empty()) return start;
  constexpr std::array<std::pair<DicomTag, DicomTag>, 2> kDates = {
      std::pair{kContentDate, kContentTime}, std::pair{kStudyDate, kStudyTime}};
  for (const auto& [date_tag, time_tag] : kDates) {
    std::string start = date_of(root.text(date_tag));
    if (start.empty()) continue;
    if (const std::string time = time_of(root.text(time_tag)); !time.empty()) start += "T" + time;
    return start;
  }
  return {};
}

std::string joined(std::initializer_list<std::string> parts) {
  std::string all;
  for (const std::string& part : parts)
    if (!part.empty()) all += (all.empty() ? "" : " ") + part;
  return all;
}

/// What acquired the ECG: a contributing acquisition equipment if one is named, else the writer.
std::string device_of(const DicomItem& root) {
  for (const DicomItem& equipment : root.items(kContributing)) {
    if (equipment.first(kPurpose).text(kCode) != "109101") continue;
    return joined(
        {equipment.text(kManufacturer), equipment.text(kModel), equipment.text(kSoftware)});
  }
  return joined({root.text(kManufacturer), root.text(kModel), root.text(kSoftware)});
}

/// PN: the alphabetic form, its parts ("Family^Given^Middle") apart by blanks.
std::string person_name(std::string name) {
  name = name.substr(0, name.find('='));
  std::replace(name.begin(), name.end(), '^', ' ');
  return std::string(trim(name));
}

/// AS: "042Y", "011M", "003W" or "010D".
void set_dicom_age(const std::string& text, Recording& recording) {
  if (text.empty()) return;
  std::string_view left = text;
  double number = 0;
  if (!take_number(left, number)) {
    set_age(text, recording);
    return;
  }
  const double parts = left == "M" ? 12 : left == "W" ? 365.25 / 7 : left == "D" ? 365.25 : 1;
  set_age(left.size() > 1 ? text : fmt::format("{}", number / parts), recording);
}

void read_patient(const DicomItem& root, Recording& recording) {
  recording.patient_name = person_name(root.text(kPatientName));
  recording.patient_id = root.text(kPatientId);
  recording.birth_date = date_of(root.text(kBirthDate));
  set_sex(root.text(kSex), recording);
  set_dicom_age(root.text(kAge), recording);
}

/// Annotations in words: free text, or a coded finding. Measured values and marked points are not.
void read_statements(const DicomItem& root, Recording& recording) {
  constexpr std::size_t kMost = 1000;
  for (const DicomItem& annotation : root.items(kAnnotations)) {
    if (recording.statements.size() == kMost) {
      recording.warnings.push_back(fmt::format("annotations beyond {} are left out", kMost));
      break;
    }
    std::string statement = annotation.text(kAnnotationText);
    if (statement.empty() && !annotation.find(kNumericValue) && !annotation.find(kRange)) {
      const std::string about = annotation.first(kConcept).text(kMeaning),
                        finding = annotation.first(kConceptCode).text(kMeaning);
      if (!about.empty() && !finding.empty()) statement = about + ": ";
      statement += finding;
    }
    if (!statement.empty()) recording.statements.push_back(std::move(statement));
  }
}

bool has_word(const std::string& label, std::initializer_list<std::string_view> words) {
  const std::string folded = lower(label);
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return folded.find(word) != std::string::npos; });
}

/// Greater: rather the rhythm.
auto rank(const DicomGroup& group) {
  const bool beat = has_word(group.label, {"median", "represent", "average", "template", "mean"});
  return std::tuple(group.channels > 0 && group.samples > 0 && group.rate_hz > 0, !beat,
                    has_word(group.label, {"rhythm"}), !has_word(group.originality, {"derived"}),
                    group.seconds());
}

std::string described(const DicomGroup& group) {
  return fmt::format("multiplex group {}{} ({} channels, {:g} s)", group.number,
                     group.label.empty() ? "" : " '" + group.label + "'", group.channels,
                     group.seconds());
}

std::string_view ecg_format(const DicomFile& dicom, const std::string& place,
                            Recording& recording) {
  const auto known = std::find_if(kEcgClasses.begin(), kEcgClasses.end(), [&](const EcgClass& ecg) {
    return ecg.uid == dicom.sop_class();
  });
  if (known != kEcgClasses.end()) return known->name;
  if (!dicom.sop_class().empty())
    throw Error(place,
                fmt::format("is DICOM of the class {}, not an ECG waveform",
                            dicom_class_name(dicom.sop_class())),
                "choose a 12-lead, general or ambulatory ECG");
  recording.warnings.push_back("the file does not say what DICOM class it is");
  return "DICOM waveform";
}

}  // namespace

Recording read_dicom(InputFile& file, const ReadOptions& options) {
  Recording recording;
  recording.name = file.path().stem().string();
  const DicomFile dicom(file.bytes(), file.place());
  recording.format = ecg_format(dicom, file.place(), recording);
  const DicomItem& root = dicom.root();

  std::vector<DicomGroup> groups;
  for (DicomItem& item : root.items(kWaveforms))
    groups.push_back(dicom_group(std::move(item), groups.size() + 1));
  if (groups.empty()) {
    throw Error(
        file.place(),
        dicom.damage().empty() ? "holds no waveform" : dicom.damage() + ", before a waveform",
        "get a whole copy of it");
  }
  if (!dicom.damage().empty()) recording.warnings.push_back(dicom.damage());
  const DicomGroup& rhythm =
      *std::max_element(groups.begin(), groups.end(),
                        [](const DicomGroup& a, const DicomGroup& b) { return rank(a) < rank(b); });
  constexpr std::size_t kMostNamed = 8;
  for (const DicomGroup& group : groups)
    if (&group != &rhythm && group.number <= kMostNamed)
      recording.warnings.push_back(described(group) + " is left out");
  read_dicom_group(rhythm, file.place(), options, file.size(), recording);

  recording.start = start_of(root);
  if (const double ms = rhythm.item.decimal(kGroupOffset).value_or(0); ms != 0)
    recording.warnings.push_back(
        fmt::format("the samples begin {:g} ms after the time of acquisition", ms));
  recording.device = device_of(root);
  read_patient(root, recording);
  read_statements(root, recording);
  return recording;
}

}  // namespace liteheart
