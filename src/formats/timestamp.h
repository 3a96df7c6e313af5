// Points in time as tables write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace liteheart {

struct Timestamp {
  double seconds = 0;  // since 1970-01-01 UTC (or in the unnamed zone); of the day if not dated
  bool dated = false;
  std::string iso;  // ISO 8601 with the zone where one is written; empty if not dated
};

/// Reads "2021-12-17 12:58:58.123 +0800" (also 'T', 'Z', '/' or '.' in the date),
/// "[12:58:58.123 17/12/2021]", "12:58:58.123" or "58:07.123" (minutes and seconds). A comma may
/// stand before the fraction. nullopt where it is none of these.
std::optional<Timestamp> parse_timestamp(std::string_view text);

/// ISO 8601 in UTC, ms where there are any.
std::string iso_of_epoch(double seconds);

}  // namespace liteheart
