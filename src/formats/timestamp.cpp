#include "formats/timestamp.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>

#include "formats/patient.h"
#include "formats/text.h"

namespace liteheart {
namespace {

constexpr double kDay = 86400;

/// Days since 1970-01-01 of the Gregorian calendar.
std::int64_t days_since_epoch(int year, int month, int day) {
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t month_from_march = month > 2 ? month - 3 : month + 9;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

/// Takes up to `most` digits off the front; how many there were.
int take_digits(std::string_view& text, int most, int& number) {
  int count = 0;
  number = 0;
  while (count < most && !text.empty() && text[0] >= '0' && text[0] <= '9') {
    number = number * 10 + (text[0] - '0');
    text.remove_prefix(1);
    ++count;
  }
  return count;
}

bool take_sign(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text[0]) == any_of.npos) return false;
  text.remove_prefix(1);
  return true;
}

struct Clock {
  int hour = 0, minute = 0;
  double second = 0;
};

enum class TwoParts { kHoursMinutes, kMinutesSeconds };

/// HH:MM:SS.f, or two of the parts.
bool take_clock(std::string_view& text, TwoParts meaning, Clock& clock) {
  std::array<int, 3> part{};
  std::size_t parts = 0;
  std::string_view rest = text;
  for (; parts < 3; ++parts) {
    if (parts > 0 && !take_sign(rest, ":")) break;
    if (take_digits(rest, parts == 0 ? 4 : 2, part[parts]) == 0) return false;
  }
  if (parts < 2) return false;
  double fraction = 0;
  if (std::string_view behind = rest; take_sign(behind, ".,")) {
    double place = 0.1;
    while (!behind.empty() && behind[0] >= '0' && behind[0] <= '9') {
      fraction += place * (behind[0] - '0');
      place /= 10;
      behind.remove_prefix(1);
    }
    rest = behind;
  }
  if (parts == 3) {
    clock = {part[0], part[1], part[2] + fraction};
  } else if (meaning == TwoParts::kHoursMinutes) {
    clock = {part[0], part[1], 0};
  } else {
    clock = {part[0] / 60, part[0] % 60, part[1] + fraction};
  }
  if (clock.minute > 59 || clock.second >= 61) return false;
  text = rest;
  return true;
}

struct Date {
  int year = 0, month = 0, day = 0;
};

bool take_year_first(std::string_view& text, Date& date) {
  std::string_view rest = text;
  if (take_digits(rest, 4, date.year) != 4) return false;
  const char mark = rest.empty() ? '\0' : rest[0];
  if (!take_sign(rest, "-/.") || take_digits(rest, 2, date.month) == 0 || rest.empty() ||
      rest[0] != mark || !take_sign(rest, "-/.") || take_digits(rest, 2, date.day) == 0)
    return false;
  if (iso_date(date.year, date.month, date.day).empty()) return false;
  text = rest;
  return true;
}

/// Z, +0800, +08:00, +08 as minutes east; takes it off.
bool take_zone(std::string_view& text, int& minutes, std::string& iso) {
  text = trim(text);
  if (take_sign(text, "Zz")) {
    minutes = 0;
    iso.assign(1, 'Z');
    return true;
  }
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  const char sign = text[0];
  std::string_view rest = text.substr(1);
  int hours = 0, beyond = 0;
  if (take_digits(rest, 2, hours) != 2) return false;
  take_sign(rest, ":");
  if (const int digits = take_digits(rest, 2, beyond); digits == 1) return false;
  if (hours > 14 || beyond > 59) return false;
  minutes = (hours * 60 + beyond) * (sign == '-' ? -1 : 1);
  iso = fmt::format("{}{:02}:{:02}", sign, hours, beyond);
  text = rest;
  return true;
}

Timestamp dated(const Date& date, const Clock& clock, int zone_minutes, const std::string& zone) {
  Timestamp stamp;
  stamp.dated = true;
  stamp.seconds = static_cast<double>(days_since_epoch(date.year, date.month, date.day)) * kDay +
                  clock.hour * 3600 + clock.minute * 60 + clock.second - zone_minutes * 60;
  stamp.iso = iso_date(date.year, date.month, date.day);
  const std::string time = iso_time(clock.hour, clock.minute, clock.second);
  if (!time.empty()) stamp.iso += fmt::format("T{}{}", time, zone);
  return stamp;
}

/// "[12:58:58.123 17/12/2021]", as PhysioNet's tools write absolute times.
std::optional<Timestamp> physionet_stamp(std::string_view text) {
  text = trim(text.substr(1, text.size() - 2));
  Clock clock;
  Date date;
  if (!take_clock(text, TwoParts::kMinutesSeconds, clock)) return std::nullopt;
  text = trim(text);
  if (take_digits(text, 2, date.day) == 0 || !take_sign(text, "/") ||
      take_digits(text, 2, date.month) == 0 || !take_sign(text, "/") ||
      take_digits(text, 4, date.year) != 4 || !text.empty() ||
      iso_date(date.year, date.month, date.day).empty())
    return std::nullopt;
  return dated(date, clock, 0, {});
}

}  // namespace

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && (text[0] == '"' || text[0] == '\'') && text.back() == text[0])
    text = trim(text.substr(1, text.size() - 2));
  constexpr std::size_t kShortest = 5, kLongest = 48;
  if (text.size() < kShortest || text.size() > kLongest) return std::nullopt;
  if (text.front() == '[' && text.back() == ']') return physionet_stamp(text);

  Clock clock;
  Date date;
  if (!take_year_first(text, date)) {
    if (!take_clock(text, TwoParts::kMinutesSeconds, clock) || !text.empty()) return std::nullopt;
    return Timestamp{clock.hour * 3600.0 + clock.minute * 60.0 + clock.second, false, {}};
  }
  take_sign(text, "Tt");
  text = trim(text);
  if (text.empty()) {
    Timestamp day = dated(date, {}, 0, {});
    day.iso = iso_date(date.year, date.month, date.day);
    return day;
  }
  if (!take_clock(text, TwoParts::kHoursMinutes, clock) || clock.hour > 23) return std::nullopt;
  int minutes = 0;
  std::string zone;
  take_zone(text, minutes, zone);
  text = trim(text);
  if (!text.empty() && text != "UTC") return std::nullopt;
  if (text == "UTC") zone.assign(1, 'Z');
  return dated(date, clock, minutes, zone);
}

std::string iso_of_epoch(double seconds) {
  constexpr double kLargest = 253402300800;  // the year 10000
  if (!(seconds >= 0) || seconds >= kLargest) return {};
  constexpr std::int64_t kMsOfDay = 86400000;
  const std::int64_t ms = std::llround(seconds * 1000);
  const std::int64_t days = ms / kMsOfDay, of_day = ms % kMsOfDay;
  int year = 1970 + static_cast<int>(days / 366);
  while (days_since_epoch(year + 1, 1, 1) <= days) ++year;
  int month = 1;
  while (month < 12 && days_since_epoch(year, month + 1, 1) <= days) ++month;
  const auto day = static_cast<int>(days - days_since_epoch(year, month, 1)) + 1;
  const auto minutes = static_cast<int>(of_day / 60000);
  return fmt::format(
      "{}T{}Z", iso_date(year, month, day),
      iso_time(minutes / 60, minutes % 60, static_cast<double>(of_day % 60000) / 1000));
}

}  // namespace liteheart
