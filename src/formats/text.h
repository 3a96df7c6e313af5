// Small pieces of text, as headers and tables write them. Views point into the text given.
#pragma once

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>

namespace liteheart {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Without blanks, tabs and carriage returns around it.
std::string_view trim(std::string_view text);
/// ASCII letters in lower case.
std::string lower(std::string_view text);
/// Whether both are the same but for the case of ASCII letters.
bool same_word(std::string_view a, std::string_view b);
/// Takes the next line off `text`, trimmed; any of LF, CR LF ends it.
std::string_view next_line(std::string_view& text);
/// Takes the next blank-separated field off `line`; empty at its end.
std::string_view next_field(std::string_view& line);

/// Reads a finite number from the front of `text` and takes it off. A '+' before it is allowed.
template <typename Number>
bool take_number(std::string_view& text, Number& number) {
  std::string_view digits = text;
  if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{}) return false;
  if constexpr (std::is_floating_point_v<Number>) {
    if (!std::isfinite(number)) return false;
  }
  text = digits.substr(static_cast<std::size_t>(end - digits.data()));
  return true;
}

/// Whether `text` is a number and nothing else.
template <typename Number>
bool whole_number(std::string_view text, Number& number) {
  return take_number(text, number) && text.empty();
}

}  // namespace liteheart
