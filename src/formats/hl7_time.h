// Points in time as HL7 version 3 writes them (data type TS): YYYYMMDDHHMMSS.SSS+ZZZZ, cut off
// where the writer knows no more.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace liteheart {

struct Hl7Time {
  std::string iso;     // as precise as written, YYYY-MM-DD at least
  double seconds = 0;  // since 1970, on the clock of the place
};

/// nullopt where `text` is no day, or less than one.
std::optional<Hl7Time> parse_hl7_time(std::string_view text);

}  // namespace liteheart
