#include "ecg/units.h"

#include <algorithm>
#include <array>
#include <string>

namespace liteheart {
namespace {

struct Unit {
  std::string_view name;  // folded
  double millivolts;
};

// The micro sign as u, U+00B5, U+03BC, and U+00B5 in ISO 8859-1.
constexpr std::array kUnits = {
    Unit{"mv", 1},       Unit{"millivolt", 1},    Unit{"millivolts", 1},
    Unit{"uv", 1e-3},    Unit{"\xC2\xB5v", 1e-3}, Unit{"\xCE\xBCv", 1e-3},
    Unit{"\xB5v", 1e-3}, Unit{"microvolt", 1e-3}, Unit{"microvolts", 1e-3},
    Unit{"nv", 1e-6},    Unit{"nanovolt", 1e-6},  Unit{"nanovolts", 1e-6},
    Unit{"v", 1e3},      Unit{"volt", 1e3},       Unit{"volts", 1e3},
};

}  // namespace

std::optional<double> millivolts_in(std::string_view unit) {
  std::string folded;
  for (const char c : unit) folded.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  // Blanks, the no-break space too.
  constexpr std::array<std::string_view, 4> kBlanks = {" ", "\t", "\r", "\xC2\xA0"};
  for (const std::string_view blank : kBlanks) {
    while (folded.starts_with(blank)) folded.erase(0, blank.size());
    while (folded.ends_with(blank)) folded.erase(folded.size() - blank.size());
  }
  const auto found = std::find_if(kUnits.begin(), kUnits.end(),
                                  [&](const Unit& known) { return known.name == folded; });
  if (found == kUnits.end()) return std::nullopt;
  return found->millivolts;
}

}  // namespace liteheart
