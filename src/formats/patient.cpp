#include "formats/patient.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "formats/text.h"

namespace liteheart {

bool says_nothing(std::string_view text) {
  constexpr std::array<std::string_view, 5> kNothing = {"?", "unknown", "nan", "none", "n/a"};
  if (text.empty()) return true;
  for (const std::string_view word : kNothing)
    if (same_word(text, word)) return true;
  return false;
}

void set_age(std::string_view text, Recording& recording) {
  if (says_nothing(text)) return;
  double years = 0;
  constexpr double kOldest = 130;
  if (!whole_number(text, years) || !(years >= 0) || years > kOldest) {
    recording.warnings.push_back(fmt::format("age '{}' is left out", text));
    return;
  }
  recording.age_years = years;
}

void set_sex(std::string_view text, Recording& recording) {
  constexpr std::array<std::string_view, 3> kMale = {"male", "m", "1"};
  constexpr std::array<std::string_view, 4> kFemale = {"female", "f", "w", "2"};
  for (const std::string_view word : kMale)
    if (same_word(text, word)) recording.sex = "male";
  for (const std::string_view word : kFemale)
    if (same_word(text, word)) recording.sex = "female";
}

std::string iso_date(int year, int month, int day) {
  constexpr std::array kDays = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
      day > kDays[static_cast<std::size_t>(month - 1)])
    return {};
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

std::string iso_time(int hour, int minute, double second) {
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || !(second >= 0 && second < 60))
    return {};
  const auto ms = std::min(59999, static_cast<int>(std::lround(second * 1000)));
  const std::string time = fmt::format("{:02}:{:02}:{:02}", hour, minute, ms / 1000);
  return ms % 1000 == 0 ? time : time + fmt::format(".{:03}", ms % 1000);
}

}  // namespace liteheart
