#include "formats/scp_patient.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "formats/patient.h"
#include "formats/text.h"
#include "formats/utf8.h"

namespace liteheart {
namespace {

using Bytes = std::span<const std::uint8_t>;

enum Tag : std::size_t {
  kLastName = 0,
  kFirstName = 1,
  kPatientId = 2,
  kSecondLastName = 3,
  kAge = 4,
  kBirthDate = 5,
  kSex = 8,
  kDevice = 14,
  kDate = 25,
  kTime = 26,
  kTimeZone = 34,
  kEnd = 255
};
using Tags = std::array<Bytes, kEnd>;

Tags read_tags(ByteReader section) {
  constexpr std::size_t kTagHeader = 3;
  Tags tags;
  while (section.left() >= kTagHeader) {
    const std::size_t tag = section.little<std::uint8_t>();
    const std::size_t length = section.little<std::uint16_t>();
    if (tag == kEnd || length > section.left()) break;
    const Bytes value = section.take(length);
    if (tags[tag].empty()) tags[tag] = value;
  }
  return tags;
}

/// Reads text in the character set that the device names.
class Text {
 public:
  Text(unsigned character_set, Recording& recording)
      : character_set_(character_set), recording_(recording) {}

  std::string operator()(std::string_view bytes) {
    constexpr unsigned kLatin1 = 1;
    const std::string_view text = trim(bytes.substr(0, bytes.find('\0')));
    if (is_utf8(text) || character_set_ <= kLatin1) return std::string(trim(to_utf8(text)));
    if (!std::exchange(warned_, true))
      recording_.warnings.push_back(fmt::format(
          "text in character set {} is not supported: '?' stands for its letters", character_set_));
    std::string ascii(text);
    for (char& c : ascii) {
      const auto byte = static_cast<std::uint8_t>(c);
      if (byte >= 0x80) c = '?';
      if (byte < ' ') c = ' ';
    }
    return ascii;
  }
  std::string operator()(Bytes bytes) {
    return (*this)(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }

 private:
  unsigned character_set_;
  Recording& recording_;
  bool warned_ = false;
};

void append(std::string& words, std::string_view word) {
  if (says_nothing(word)) return;
  if (!words.empty()) words += ' ';
  words += word;
}

struct Date {
  int year = 0, month = 0, day = 0;
};

bool is_year(int year) { return year >= 1850 && year <= 2200; }

/// Sets `swapped` where the year has its high byte first, against the standard.
Date read_date(Bytes bytes, bool& swapped) {
  constexpr std::size_t kDateBytes = 4;
  if (bytes.size() < kDateBytes) return {};
  int year = bytes[0] | bytes[1] << 8;
  const int other = bytes[1] | bytes[0] << 8;
  if (!is_year(year) && is_year(other)) {
    year = other;
    swapped = true;
  }
  return {year, bytes[2], bytes[3]};
}

void set_age_of(Bytes bytes, Recording& recording) {
  // Years in one unit: none, years, months, weeks, days, hours.
  constexpr double kDays = 365.25;
  constexpr std::array kYears = {0.0, 1.0, 1 / 12.0, 7 / kDays, 1 / kDays, 1 / kDays / 24};
  constexpr std::size_t kAgeBytes = 3;
  if (bytes.size() < kAgeBytes) return;
  const unsigned count = bytes[0] | static_cast<unsigned>(bytes[1]) << 8, unit = bytes[2];
  if (unit == 0 || unit >= kYears.size()) return;
  set_age(fmt::format("{}", count * kYears[unit]), recording);
}

/// "+01:00", or empty where the file says nothing.
std::string time_zone(Bytes bytes) {
  constexpr int kHour = 60, kMost = 14 * kHour;
  if (bytes.size() < 2) return {};
  const auto minutes = static_cast<std::int16_t>(bytes[0] | bytes[1] << 8);
  if (std::abs(minutes) > kMost) return {};
  return fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', std::abs(minutes) / kHour,
                     std::abs(minutes) % kHour);
}

/// The day and time `later` seconds after the given.
std::string later_time(Date date, Bytes time, double later) {
  using namespace std::chrono;
  constexpr double kDay = 86400;
  const double seconds = time[0] * 3600.0 + time[1] * 60.0 + time[2] + later;
  const double days = std::floor(seconds / kDay);
  const year_month_day day =
      sys_days(year(date.year) / date.month / date.day) + std::chrono::days(static_cast<int>(days));
  const double ms = std::round((seconds - days * kDay) * 1000) / 1000;
  const int minutes = static_cast<int>(ms) / 60;
  return iso_date(static_cast<int>(day.year()),
                  static_cast<int>(static_cast<unsigned>(day.month())),
                  static_cast<int>(static_cast<unsigned>(day.day()))) +
         'T' + iso_time(minutes / 60, minutes % 60, ms - minutes * 60);
}

std::string start_of(const Tags& tags, double later, bool& swapped) {
  constexpr std::size_t kTimeBytes = 3;
  const Date date = read_date(tags[kDate], swapped);
  std::string day = iso_date(date.year, date.month, date.day);
  const Bytes time = tags[kTime];
  if (day.empty() || time.size() < kTimeBytes || iso_time(time[0], time[1], time[2]).empty())
    return day;
  return later_time(date, time, later) + time_zone(tags[kTimeZone]);
}

std::string_view maker_of(unsigned code) {
  constexpr std::array<std::string_view, 21> kMakers = {"",
                                                        "Burdick",
                                                        "Cambridge",
                                                        "Compumed",
                                                        "Datamed",
                                                        "Fukuda",
                                                        "Hewlett-Packard",
                                                        "Marquette Electronics",
                                                        "Mortara Instrument",
                                                        "Nihon Kohden",
                                                        "Okin",
                                                        "Quinton",
                                                        "Siemens",
                                                        "SpaceLabs",
                                                        "Telemed",
                                                        "Hellige",
                                                        "ESAOTE",
                                                        "Schiller",
                                                        "Picker Schwarzer",
                                                        "Elettronica Trentina",
                                                        "Zwonitz"};
  return code < kMakers.size() ? kMakers[code] : std::string_view{};
}

struct Device {
  static constexpr std::size_t kMakerAt = 7, kModelAt = 8, kModelBytes = 6, kCharacterSetAt = 16,
                               kTextsAt = 35;

  explicit Device(Bytes bytes) : bytes_(bytes) {}

  unsigned character_set() const {
    return bytes_.size() > kCharacterSetAt ? bytes_[kCharacterSetAt] : 0;
  }
  std::string description(Text& text) const {
    if (bytes_.size() < kModelAt + kModelBytes) return {};
    const std::string model = text(bytes_.subspan(kModelAt, kModelBytes));
    // Analysing program, then serial number, system software, SCP software and maker of the device.
    std::array<std::string, 5> texts;
    ByteReader rest(bytes_.subspan(std::min(kTextsAt, bytes_.size())), {});
    if (rest.left() > 0) rest.skip(1);  // length of the first, which a NUL ends too
    for (std::string& one : texts) {
      const std::size_t begin = rest.at();
      const std::string_view all = rest.text(rest.left());
      one = text(all);
      rest.seek(std::min(begin + all.size() + 1, rest.at()));
    }
    std::string words;
    append(words, says_nothing(texts[4]) ? maker_of(bytes_[kMakerAt]) : texts[4]);
    append(words, model);
    append(words, texts[2]);
    return words;
  }

 private:
  Bytes bytes_;
};

/// Statements have a number, a length and text; in section 11 a type before the text.
void read_statements(ByteReader section, bool typed, Text& text, Recording& recording) {
  constexpr std::size_t kConfirmedAndTime = 8, kStatementHeader = 3;
  constexpr unsigned kLogic = 3;  // how the device came to its statements
  if (section.left() <= kConfirmedAndTime) return;
  section.skip(kConfirmedAndTime);
  for (unsigned left = section.little<std::uint8_t>();
       left > 0 && section.left() >= kStatementHeader; --left) {
    section.skip(1);
    const std::size_t length = section.little<std::uint16_t>();
    if (length > section.left()) return;
    Bytes value = section.take(length);
    if (typed && !value.empty()) {
      if (value[0] == kLogic) continue;
      value = value.subspan(1);
    }
    std::string statement = text(value);
    if (!statement.empty()) recording.statements.push_back(std::move(statement));
  }
}

}  // namespace

void read_scp_patient(const ScpSections& sections, std::uint64_t first_sample,
                      Recording& recording) {
  const Tags tags = read_tags(sections.reader(1));
  const Device device(tags[kDevice]);
  Text text(device.character_set(), recording);
  recording.patient_id = text(tags[kPatientId]);
  for (const Tag part : {kFirstName, kLastName, kSecondLastName})
    append(recording.patient_name, text(tags[part]));
  set_age_of(tags[kAge], recording);
  if (!tags[kSex].empty()) set_sex(fmt::format("{}", tags[kSex][0]), recording);
  recording.device = device.description(text);

  bool swapped = false;
  const Date birth = read_date(tags[kBirthDate], swapped);
  recording.birth_date = iso_date(birth.year, birth.month, birth.day);
  recording.start =
      start_of(tags, static_cast<double>(first_sample - 1) / recording.rate_hz, swapped);
  if (swapped) recording.warnings.push_back("dates have the high byte of the year first");

  read_statements(sections.reader(8), false, text, recording);
  read_statements(sections.reader(11), true, text, recording);
}

}  // namespace liteheart
