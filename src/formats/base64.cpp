#include "formats/base64.h"

#include <fmt/format.h>

#include <array>

#include "ecg/error.h"

namespace liteheart {
namespace {

constexpr std::uint8_t kBlank = 64, kPadding = 65, kForeign = 66;

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kForeign);
  constexpr std::string_view kSigns =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kSigns.size(); ++i)
    values[static_cast<std::uint8_t>(kSigns[i])] = static_cast<std::uint8_t>(i);
  for (const char blank : {' ', '\t', '\r', '\n'})
    values[static_cast<std::uint8_t>(blank)] = kBlank;
  values[static_cast<std::uint8_t>('=')] = kPadding;
  return values;
}();

}  // namespace

std::vector<std::uint8_t> decode_base64(std::string_view text, const std::string& place) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  int signs = 0;  // of the four that make three bytes
  bool ended = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::uint8_t value = kValues[static_cast<std::uint8_t>(text[at])];
    if (value == kBlank) continue;
    ended = ended || value == kPadding;
    if (ended ? value != kPadding : value == kForeign) {
      throw Error(place, fmt::format("sign {} of the base64 text is none of base64's", at + 1),
                  "the file is damaged: get a whole copy of it");
    }
    if (ended) continue;
    bits = bits << 6 | value;
    if (++signs == 4) {
      for (const int shift : {16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(bits >> shift));
      signs = 0;
    }
  }
  if (signs == 1) {
    throw Error(place, "the base64 text is cut off", "get a whole copy of the file");
  }
  if (signs >= 2) bytes.push_back(static_cast<std::uint8_t>(bits >> (6 * signs - 8)));
  if (signs == 3) bytes.push_back(static_cast<std::uint8_t>(bits >> 2));
  return bytes;
}

}  // namespace liteheart
