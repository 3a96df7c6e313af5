#include "formats/hl7_time.h"

#include <algorithm>
#include <chrono>

#include "formats/patient.h"
#include "formats/text.h"

namespace liteheart {
namespace {

/// Takes `digits` digits off; nullopt where they are not all there.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  const std::string_view taken = text.substr(0, digits);
  int number = 0;
  if (taken.size() < digits || taken.find_first_not_of("0123456789") != taken.npos ||
      !whole_number(taken, number))
    return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

double days_since_1970(int year, int month, int day) {
  const std::chrono::sys_days date = std::chrono::year(year) / month / day;
  return static_cast<double>(date.time_since_epoch().count());
}

}  // namespace

std::optional<Hl7Time> parse_hl7_time(std::string_view text) {
  text = trim(text);
  constexpr std::size_t kZone = 8;  // no sign before it is one of a time zone
  const std::size_t zone_at = std::min(text.find_first_of("+-Z", kZone), text.size());
  const std::string_view zone = text.substr(zone_at);
  std::string_view rest = text.substr(0, zone_at);
  const auto year = take_digits(rest, 4), month = take_digits(rest, 2), day = take_digits(rest, 2);
  if (!year || !month || !day) return std::nullopt;
  Hl7Time time;
  time.iso = iso_date(*year, *month, *day);
  if (time.iso.empty()) return std::nullopt;
  time.seconds = days_since_1970(*year, *month, *day) * 86400;

  const auto hour = take_digits(rest, 2);
  if (!hour) return rest.empty() ? std::optional(time) : std::nullopt;
  const auto minute = take_digits(rest, 2);
  double second = 0;
  if (!rest.empty() && (!minute || !whole_number(rest, second))) return std::nullopt;
  const std::string clock = iso_time(*hour, minute.value_or(0), second);
  if (clock.empty()) return std::nullopt;
  time.iso += "T" + clock;
  if (zone == "Z" || (zone.size() == 5 && zone.find_first_not_of("0123456789", 1) == zone.npos)) {
    time.iso += zone.size() == 5
                    ? std::string(zone.substr(0, 3)) + ":" + std::string(zone.substr(3))
                    : std::string(zone);
  }
  time.seconds += *hour * 3600.0 + minute.value_or(0) * 60.0 + second;
  return time;
}

}  // namespace liteheart
