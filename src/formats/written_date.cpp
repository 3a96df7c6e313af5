#include "formats/written_date.h"

#include <array>
#include <cctype>
#include <vector>

#include "formats/patient.h"
#include "formats/text.h"

namespace liteheart {
namespace {

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
      while (!text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) &&
             part.digits < 5) {
        part.number = part.number * 10 + (text[0] - '0');
        ++part.digits;
        text.remove_prefix(1);
      }
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
