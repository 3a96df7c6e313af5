#include "formats/edf_identification.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "formats/patient.h"
#include "formats/text.h"

namespace liteheart {
namespace {

/// A subfield, in which blanks are underscores and X stands for nothing.
std::string subfield(std::string_view written) {
  std::string text(written);
  if (same_word(text, "X")) text.clear();
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

/// YYYY-MM-DD of "02-MAY-1951"; or empty.
std::string long_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                        "jul", "aug", "sep", "oct", "nov", "dec"};
  int day = 0, year = 0;
  if (text.size() != 11 || text[2] != '-' || text[6] != '-' ||
      !whole_number(text.substr(0, 2), day) || !whole_number(text.substr(7), year))
    return {};
  const auto month = std::find(kMonths.begin(), kMonths.end(), lower(text.substr(3, 3)));
  return iso_date(year, static_cast<int>(month - kMonths.begin()) % 12 + 1,
                  month == kMonths.end() ? 0 : day);
}

/// The three numbers of "16.04.89", whatever sign is between them.
std::optional<std::array<int, 3>> three_numbers(std::string_view text) {
  std::array<int, 3> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    text = trim(text);
    if (!take_number(text, numbers[i]) || numbers[i] < 0) return std::nullopt;
    if (i + 1 < numbers.size()) {
      if (text.empty()) return std::nullopt;
      text.remove_prefix(1);
    }
  }
  return numbers;
}

/// The start date in the header's own field; its years are 1985 to 2084.
std::string short_date(std::string_view text) {
  const auto numbers = three_numbers(text);
  if (!numbers) return {};
  const auto [day, month, year] = *numbers;
  return year > 99 ? std::string() : iso_date(year + (year < 85 ? 2000 : 1900), month, day);
}

void identify_patient(const EdfHeader& header, Recording& recording) {
  std::string_view rest = header.patient;
  std::array<std::string_view, 4> fields;
  for (std::string_view& field : fields) field = next_field(rest);
  const auto& [code, sex, birth, name] = fields;
  const bool subfields = (same_word(sex, "M") || same_word(sex, "F") || same_word(sex, "X")) &&
                         (same_word(birth, "X") || !long_date(birth).empty());
  if (subfields || (header.plus && !sex.empty())) {
    recording.patient_id =
        same_word(code, "X") ? std::string_view() : code;  // as other tables have it
    set_sex(sex, recording);
    recording.birth_date = long_date(birth);
    recording.patient_name = subfield(name);
  } else if (!same_word(header.patient, "X") && !same_word(header.patient, "dd-MMM-yyyy")) {
    recording.patient_id = header.patient;
  }
}

void identify_start(const EdfHeader& header, std::string_view said, double second,
                    Recording& recording) {
  std::string date = long_date(said);
  if (date.empty()) {
    // What EDF+ writes where it does not know the date.
    if (same_word(said, "X") && header.start_date == "01.01.85") return;
    date = short_date(header.start_date);
  }
  if (date.empty()) {
    recording.warnings.push_back(
        fmt::format("the start date '{}' is no day; left out", header.start_date));
    return;
  }
  recording.start = date;
  const auto numbers = three_numbers(header.start_time);
  const std::string time =
      numbers ? iso_time((*numbers)[0], (*numbers)[1], (*numbers)[2] + second) : "";
  if (time.empty()) {
    recording.warnings.push_back(
        fmt::format("the start time '{}' is no time of day; left out", header.start_time));
    return;
  }
  recording.start += "T" + time;
}

}  // namespace

void identify_edf(const EdfHeader& header, double second, Recording& recording) {
  identify_patient(header, recording);
  std::string_view rest = header.recording;
  std::string_view date;
  if (same_word(next_field(rest), "Startdate")) {
    date = next_field(rest);
    next_field(rest);  // the hospital's number of the investigation
    next_field(rest);  // the technician
    recording.device = subfield(next_field(rest));
  } else {
    recording.device = header.recording;
  }
  identify_start(header, date, second, recording);
}

}  // namespace liteheart
