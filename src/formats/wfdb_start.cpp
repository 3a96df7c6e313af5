#include "formats/wfdb_start.h"

#include <array>
#include <optional>

#include "formats/patient.h"
#include "formats/text.h"

namespace liteheart {
namespace {

/// Takes a number and the separator behind it, if one is left, off `text`.
template <typename Number>
bool take_part(std::string_view& text, char separator, Number& number) {
  if (text.empty() || text.front() < '0' || text.front() > '9' || !take_number(text, number))
    return false;
  if (text.empty()) return true;
  if (text.front() != separator) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int> take_month_name(std::string_view& text) {
  constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                        "jul", "aug", "sep", "oct", "nov", "dec"};
  const std::string_view name = text.substr(0, text.find('-'));
  for (std::size_t i = 0; i < kMonths.size() && name.size() >= 3; ++i) {
    if (!same_word(name.substr(0, 3), kMonths[i])) continue;
    text.remove_prefix(std::min(name.size() + 1, text.size()));
    return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

// HH:MM:SS[.SSS], or MM:SS
std::string wfdb_time(std::string_view text) {
  if (text.find(':') == std::string_view::npos) return {};
  std::array<double, 3> parts{};
  std::size_t count = 0;
  while (!text.empty()) {
    if (count == parts.size() || !take_part(text, ':', parts[count++])) return {};
  }
  if (count == 2) parts = {0, parts[0], parts[1]};
  constexpr double kLargest = 60;
  if (!(parts[0] < kLargest && parts[1] < kLargest)) return {};
  return iso_time(static_cast<int>(parts[0]), static_cast<int>(parts[1]), parts[2]);
}

}  // namespace

std::string wfdb_date(std::string_view text) {
  const char separator = text.find('/') != std::string_view::npos ? '/' : '-';
  int first = 0, second = 0, third = 0;
  if (!take_part(text, separator, first)) return {};
  const auto month = take_month_name(text);
  if (!month && !take_part(text, separator, second)) return {};
  if (!take_part(text, separator, third) || !text.empty()) return {};
  constexpr int kLastDay = 31;
  if (month) return iso_date(third, *month, first);
  if (first > kLastDay) return iso_date(first, second, third);
  const std::string day_first = iso_date(third, second, first);
  return day_first.empty() ? iso_date(third, first, second) : day_first;
}

std::string wfdb_start(std::string_view fields) {
  std::string date, time;
  for (std::string_view field = next_field(fields); !field.empty(); field = next_field(fields)) {
    if (time.empty() && !(time = wfdb_time(field)).empty()) continue;
    if (date.empty()) date = wfdb_date(field);
  }
  return date.empty() || time.empty() ? date + time : date + "T" + time;
}

}  // namespace liteheart
