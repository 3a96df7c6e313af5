#include "formats/timestamp.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <vector>

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

struct MonthName {
  std::string_view beginning;  // folded
  int month;
};

/// English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish, Norwegian and
/// Finnish; longer beginnings before those that they start with.
constexpr std::array kMonths = {
    MonthName{"jan", 1},
    MonthName{"j\xC3\xA4n", 1},
    MonthName{"ene", 1},
    MonthName{"gen", 1},
    MonthName{"tammi", 1},
    MonthName{"feb", 2},
    MonthName{"fev", 2},
    MonthName{"f\xC3\xA9v", 2},
    MonthName{"helmi", 2},
    MonthName{"marras", 11},
    MonthName{"maa", 3},
    MonthName{"mar", 3},
    MonthName{"m\xC3\xA4r", 3},
    MonthName{"mrz", 3},
    MonthName{"mrt", 3},
    MonthName{"apr", 4},
    MonthName{"avr", 4},
    MonthName{"abr", 4},
    MonthName{"huhti", 4},
    MonthName{"may", 5},
    MonthName{"mai", 5},
    MonthName{"maj", 5},
    MonthName{"mag", 5},
    MonthName{"mei", 5},
    MonthName{"touko", 5},
    MonthName{"jun", 6},
    MonthName{"juin", 6},
    MonthName{"giu", 6},
    MonthName{"kes\xC3\xA4", 6},
    MonthName{"jul", 7},
    MonthName{"juil", 7},
    MonthName{"lug", 7},
    MonthName{"hein\xC3\xA4", 7},
    MonthName{"aug", 8},
    MonthName{"ago", 8},
    MonthName{"ao\xC3\xBB", 8},
    MonthName{"aout", 8},
    MonthName{"elo", 8},
    MonthName{"sep", 9},
    MonthName{"set", 9},
    MonthName{"syys", 9},
    MonthName{"oct", 10},
    MonthName{"okt", 10},
    MonthName{"ott", 10},
    MonthName{"out", 10},
    MonthName{"loka", 10},
    MonthName{"nov", 11},
    MonthName{"dec", 12},
    MonthName{"dez", 12},
    MonthName{"d\xC3\xA9"
              "c",
              12},
    MonthName{"dic", 12},
    MonthName{"des", 12},
    MonthName{"joulu", 12},
};

int month_named(std::string_view word) {
  const std::string folded = lower(word);
  for (const MonthName& name : kMonths)
    if (folded.starts_with(name.beginning)) return name.month;
  return 0;
}

struct DatePart {
  int number = 0, digits = 0, month = 0;  // a number, or a month's name
};

/// Numbers and words of a date; empty where something else stands in it.
std::vector<DatePart> date_parts(std::string_view text) {
  constexpr std::string_view kYear = "\xE5\xB9\xB4", kMonth = "\xE6\x9C\x88",
                             kDayOf = "\xE6\x97\xA5";  // 年 月 日
  std::vector<DatePart> parts;
  while (!text.empty() && parts.size() < 4) {
    if (text[0] >= '0' && text[0] <= '9') {
      DatePart part;
      part.digits = take_digits(text, 5, part.number);
      parts.push_back(part);
    } else if (text.starts_with(kYear) || text.starts_with(kMonth) || text.starts_with(kDayOf)) {
      text.remove_prefix(3);
    } else if (text.starts_with("\xC2\xA0")) {
      text.remove_prefix(2);
    } else if (std::string_view(" ,./-\t").find(text[0]) != std::string_view::npos) {
      text.remove_prefix(1);
    } else {
      std::size_t length = 0;
      while (length < text.size() && (static_cast<unsigned char>(text[length]) >= 0x80 ||
                                      std::isalpha(static_cast<unsigned char>(text[length]))))
        ++length;
      if (length == 0) return {};
      const std::string_view word = text.substr(0, length);
      text.remove_prefix(length);
      if (same_word(word, "de") || same_word(word, "of") || same_word(word, "st") ||
          same_word(word, "nd") || same_word(word, "rd") || same_word(word, "th") ||
          same_word(word, "er"))
        continue;
      DatePart part;
      part.month = month_named(word);
      if (part.month == 0) return {};
      parts.push_back(part);
    }
  }
  return parts;
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

std::string surely_a_date(std::string_view text) {
  const std::vector<DatePart> parts = date_parts(trim(text));
  if (parts.size() != 3) return {};
  const auto is_year = [](const DatePart& part) { return part.month == 0 && part.digits == 4; };
  const auto is_short = [](const DatePart& part) { return part.month == 0 && part.digits <= 2; };
  const auto& [a, b, c] = std::array{parts[0], parts[1], parts[2]};
  if (is_year(a) && is_short(b) && is_short(c)) return iso_date(a.number, b.number, c.number);
  if (is_year(a) && b.month > 0 && is_short(c)) return iso_date(a.number, b.month, c.number);
  if (is_short(a) && b.month > 0 && is_year(c)) return iso_date(c.number, b.month, a.number);
  if (a.month > 0 && is_short(b) && is_year(c)) return iso_date(c.number, a.month, b.number);
  if (!is_short(a) || !is_short(b) || !is_year(c)) return {};
  const bool dots = text.find('.') != text.npos && text.find('/') == text.npos;
  if (dots || a.number > 12) return iso_date(c.number, b.number, a.number);
  if (b.number > 12) return iso_date(c.number, a.number, b.number);
  return a.number == b.number ? iso_date(c.number, a.number, b.number) : std::string();
}

}  // namespace liteheart
