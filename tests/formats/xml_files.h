// XML files that tests write, and how they are read.
#pragma once

#include <cstdint>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/registry.h"
#include "scratch.h"

namespace liteheart::test {

/// Whatever reader recognises the text reads it from memory.
inline Recording read_xml(std::string_view text, const ReadOptions& options = {}) {
  return read_recording({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "test",
                        options);
}

inline std::string xml_error(std::string_view text, const ReadOptions& options = {}) {
  return error_of([&] { read_xml(text, options); });
}

/// Whether one of the warnings contains `words`.
inline bool warns(const Recording& recording, std::string_view words) {
  for (const std::string& warning : recording.warnings)
    if (warning.find(words) != std::string::npos) return true;
  return false;
}

inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

inline std::string base64(const std::vector<std::uint8_t>& bytes) {
  constexpr std::string_view kSigns =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (at + i < bytes.size() ? bytes[at + i] : 0U);
    for (int shift = 18; shift >= 0; shift -= 6) text.push_back(kSigns[bits >> shift & 63]);
    if (at % 57 == 54) text.push_back('\n');  // as files break their lines
  }
  for (std::size_t left = bytes.size() % 3; left != 0 && left < 3; ++left) {
    const std::size_t last = text.find_last_not_of("=\n");
    text[last] = '=';
  }
  return text;
}

/// 16-bit integers, little endian.
inline std::vector<std::uint8_t> little_bytes(const std::vector<std::int16_t>& samples) {
  std::vector<std::uint8_t> bytes;
  for (const std::int16_t sample : samples) {
    bytes.push_back(static_cast<std::uint8_t>(sample & 0xFF));
    bytes.push_back(static_cast<std::uint8_t>(sample >> 8 & 0xFF));
  }
  return bytes;
}

/// ASCII as UTF-16.
inline std::string utf16(std::string_view ascii, bool big, bool mark) {
  std::string wide = !mark ? "" : big ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : ascii) {
    if (big) wide.push_back('\0');
    wide.push_back(c);
    if (!big) wide.push_back('\0');
  }
  return wide;
}

inline std::vector<float> lead_values(const Recording& recording, std::size_t lead) {
  const auto values = recording.lead(lead);
  return {values.begin(), values.end()};
}

}  // namespace liteheart::test
