#include "formats/wfdb_annotations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "ecg/error.h"
#include "formats/byte_reader.h"
#include "formats/text.h"

namespace liteheart {
namespace {

// What stands in the upper six bits of a word where it is no annotation but part of one.
constexpr int kSkip = 59, kNumber = 60, kSubtype = 61, kChannel = 62, kText = 63;
constexpr int kLastCode = 49, kNote = 22;

// By code, from 0; a blank where there is none.
constexpr std::string_view kMnemonics = " NLRaVFJASEj/Q~ | sT*D\"=pB^t+u?![]en@xf()r";

/// Low ten bits as a signed number.
int small_number(int bits) { return bits >= 512 ? bits - 1024 : bits; }

void take_resolution(const WfdbAnnotation& note, WfdbAnnotations& into) {
  constexpr std::string_view kKey = "## time resolution:";
  if (note.time != 0 || note.code != kNote || !note.text.starts_with(kKey)) return;
  double resolution = 0;
  std::string_view written = trim(std::string_view(note.text).substr(kKey.size()));
  if (take_number(written, resolution) && resolution > 0) into.units_per_second = resolution;
}

}  // namespace

WfdbAnnotations read_wfdb_annotations(std::span<const std::uint8_t> bytes,
                                      const std::string& place) {
  WfdbAnnotations read;
  ByteReader in(bytes, place);
  std::int64_t time = 0;
  int number = 0, channel = 0;
  const auto refuse = [&](const std::string& problem) {
    throw Error(in.where(), problem, "the file must be a WFDB annotation file of the MIT format");
  };
  read.cut_off = true;
  while (in.left() >= 2) {
    const int word = in.little<std::uint16_t>();
    const int kind = word >> 10, value = word & 0x3FF;
    if (word == 0) {
      read.cut_off = false;
      break;
    }
    if (kind == kSkip) {  // a longer interval, high half first
      if (in.left() < 4) break;
      const std::uint32_t high = in.little<std::uint16_t>();
      const std::uint32_t low = in.little<std::uint16_t>();
      time += static_cast<std::int32_t>(high << 16 | low);
      continue;
    }
    if (kind <= kLastCode) {
      time += value;
      if (time < 0) refuse("an annotation lies before the beginning");
      if (kind != 0) read.marks.push_back({time, kind, 0, channel, number, {}});
      continue;
    }
    if (kind < kSkip) refuse(fmt::format("{} is no annotation code", kind));
    if (kind == kText) {
      const auto length = static_cast<std::size_t>(value);
      if (in.left() < length) break;
      const std::string_view text = in.text(length);
      if (length % 2 == 1 && in.left() > 0) in.skip(1);
      if (read.marks.empty()) continue;
      read.marks.back().text = text;
      take_resolution(read.marks.back(), read);
      continue;
    }
    // These hold for the annotation before them; number and channel for those that follow too.
    if (kind == kNumber) number = small_number(value);
    if (kind == kChannel) channel = value & 0xFF;
    if (read.marks.empty()) continue;
    if (kind == kNumber) read.marks.back().number = number;
    if (kind == kChannel) read.marks.back().channel = channel;
    if (kind == kSubtype) read.marks.back().subtype = small_number(value);
  }
  return read;
}

std::string wfdb_mnemonic(int code) {
  if (code <= 0 || code >= static_cast<int>(kMnemonics.size()) || kMnemonics[code] == ' ')
    return {};
  return {kMnemonics[static_cast<std::size_t>(code)]};
}

bool is_wfdb_beat(int code) {
  constexpr std::string_view kBeats = "NLRBAaJSVrFejnE/fQ?";
  const std::string mnemonic = wfdb_mnemonic(code);
  return !mnemonic.empty() && kBeats.find(mnemonic) != std::string_view::npos;
}

}  // namespace liteheart
