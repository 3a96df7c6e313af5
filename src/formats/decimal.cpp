#include "formats/decimal.h"

#include <string>

#include "formats/text.h"

namespace liteheart {
namespace {

/// A sign of UTF-8 and what it means in a number.
struct Sign {
  std::string_view bytes;
  std::string_view meaning;
};
constexpr std::array kSigns = {
    Sign{"\xE2\x88\x92", "-"},  // minus sign, as Swedish, Norwegian and Finnish systems write it
    Sign{"\xE2\x80\x93", "-"},  // en dash
    Sign{"\xC2\xA0", ""},       // no-break space
    Sign{"\xE2\x80\xAF", ""},   // narrow no-break space
    Sign{"\xE2\x80\x8E", ""},   // left-to-right mark
    Sign{"\xE2\x80\x8F", ""},   // right-to-left mark
    Sign{"\xE2\x80\x99", ""},   // apostrophe that groups
    Sign{"\xD9\xAB", "."},      // Arabic decimal separator
    Sign{"\xD9\xAC", ""},       // Arabic thousands separator
};

/// The digit of the Arabic-Indic (U+0660) or extended Arabic-Indic (U+06F0) ones, or -1.
int arabic_digit(std::string_view text) {
  if (text.size() < 2) return -1;
  const auto first = static_cast<unsigned char>(text[0]);
  const auto second = static_cast<unsigned char>(text[1]);
  if (first == 0xD9 && second >= 0xA0 && second <= 0xA9) return second - 0xA0;
  if (first == 0xDB && second >= 0xB0 && second <= 0xB9) return second - 0xB0;
  return -1;
}

/// In ASCII with one '.' at most; empty where some sign has no place in a number.
std::string plain_number(std::string_view cell, char decimal, char other) {
  std::string plain;
  const std::size_t last_mark = cell.find_last_of(std::string{decimal, other});
  const bool both =
      decimal != other && cell.find(decimal) != cell.npos && cell.find(other) != cell.npos;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    const std::string_view rest = cell.substr(i);
    if (const int digit = arabic_digit(rest); digit >= 0) {
      plain.push_back(static_cast<char>('0' + digit));
      ++i;
      continue;
    }
    const char c = cell[i];
    if (c == decimal || c == other) {
      if (both && i != last_mark) continue;
      plain.push_back('.');
      continue;
    }
    if ((c >= '0' && c <= '9') || c == '-' || c == '+' || c == 'e' || c == 'E') {
      plain.push_back(c);
      continue;
    }
    if (c == '\'') continue;
    bool known = false;
    for (const Sign& sign : kSigns) {
      if (!rest.starts_with(sign.bytes)) continue;
      plain += sign.meaning;
      i += sign.bytes.size() - 1;
      known = true;
      break;
    }
    if (!known) return {};
  }
  return plain;
}

}  // namespace

bool parse_any_number(std::string_view cell, char decimal, char other, double& value) {
  constexpr std::size_t kLongest = 80;
  cell = trim(cell);
  if (cell.size() >= 2 && (cell.front() == '"' || cell.front() == '\'') &&
      cell.back() == cell.front()) {
    cell = trim(cell.substr(1, cell.size() - 2));
  }
  if (cell.empty() || cell.size() > kLongest) return false;
  const std::string plain = plain_number(cell, decimal, other);
  double parsed = 0;
  if (plain.empty() || !whole_number(plain, parsed)) return false;
  value = parsed;
  return true;
}

}  // namespace liteheart
