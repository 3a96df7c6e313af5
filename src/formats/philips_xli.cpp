#include "formats/philips_xli.h"

#include <fmt/format.h>

#include <algorithm>

#include "ecg/error.h"
#include "formats/byte_reader.h"

namespace liteheart {
namespace {

[[noreturn]] void refuse(const std::string& place, const std::string& problem) {
  throw Error(place, problem, "the file is damaged: get a whole copy of it");
}

constexpr std::uint16_t kSigns = 256, kEnd = 1023;

/// The strings that LZW codes stand for, each as one sign behind an earlier string.
class Dictionary {
 public:
  Dictionary() {
    for (std::uint16_t sign = 0; sign < kSigns; ++sign)
      entries_[sign] = {0, 1, static_cast<std::uint8_t>(sign), static_cast<std::uint8_t>(sign)};
  }

  std::uint16_t size() const { return size_; }
  bool full() const { return size_ == kEnd; }
  std::size_t length(std::uint16_t code) const { return entries_[code].length; }
  std::uint8_t first(std::uint16_t code) const { return entries_[code].first; }

  void add(std::uint16_t before, std::uint8_t last) {
    const Entry& earlier = entries_[before];
    entries_[size_++] = {before, static_cast<std::uint16_t>(earlier.length + 1), earlier.first,
                         last};
  }
  void append(std::uint16_t code, std::vector<std::uint8_t>& out) const {
    std::size_t at = out.size() + length(code);
    out.resize(at);
    for (std::size_t left = length(code); left > 0; --left) {
      out[--at] = entries_[code].last;
      code = entries_[code].before;
    }
  }

 private:
  struct Entry {
    std::uint16_t before = 0, length = 0;
    std::uint8_t first = 0, last = 0;
  };
  std::array<Entry, kEnd> entries_{};
  std::uint16_t size_ = kSigns;
};

std::vector<std::uint8_t> decode_lzw(std::span<const std::uint8_t> packed, std::size_t most,
                                     const std::string& place) {
  constexpr int kBits = 10;
  constexpr std::uint16_t kNone = 0xFFFF;
  Dictionary dictionary;
  std::vector<std::uint8_t> out;
  std::uint32_t bits = 0;
  int have = 0;
  std::uint16_t previous = kNone;
  for (const std::uint8_t byte : packed) {
    bits = bits << 8 | byte;
    have += 8;
    if (have < kBits) continue;
    have -= kBits;
    const auto code = static_cast<std::uint16_t>(bits >> have & 0x3FF);
    if (code == kEnd) break;
    const bool next = code == dictionary.size() && previous != kNone;
    if (code >= dictionary.size() && !next) refuse(place, fmt::format("impossible code {}", code));
    if (previous != kNone && !dictionary.full())
      dictionary.add(previous, dictionary.first(next ? previous : code));
    if (out.size() + dictionary.length(code) > most)
      refuse(place, "a channel longer than the file says");
    dictionary.append(code, out);
    previous = code;
  }
  return out;
}

std::vector<std::int16_t> decode_differences(const std::vector<std::uint8_t>& unpacked,
                                             std::int16_t first_difference) {
  constexpr int kBias = 64;
  const std::size_t count = unpacked.size() / 2;
  std::vector<std::int16_t> samples(count);
  const auto stored = [&](std::size_t i) {
    return static_cast<std::int16_t>(unpacked[i] << 8 | unpacked[count + i]);
  };
  int difference = first_difference;
  for (std::size_t i = 0; i < count; ++i) {
    if (i < 2) {
      samples[i] = stored(i);
      continue;
    }
    samples[i] = static_cast<std::int16_t>(2 * samples[i - 1] - samples[i - 2] - difference);
    difference = stored(i) - kBias;
  }
  return samples;
}

}  // namespace

std::vector<std::vector<std::int16_t>> decode_xli(std::span<const std::uint8_t> bytes,
                                                  std::size_t channels, std::size_t most_samples,
                                                  const std::string& place) {
  std::vector<std::vector<std::int16_t>> decoded;
  ByteReader reader(bytes, place);
  while (decoded.size() < channels) {
    const std::string where = reader.where();
    const auto size = reader.little<std::uint32_t>();
    if (const auto kind = reader.little<std::uint16_t>(); kind != 1) {
      throw Error(where, fmt::format("an XLI chunk of kind {}", kind), "chunks of kind 1 are read");
    }
    const auto first_difference = reader.little<std::int16_t>();
    const auto unpacked = decode_lzw(reader.take(size), 2 * most_samples, where);
    if (unpacked.size() % 2 != 0) refuse(where, "an odd number of bytes");
    decoded.push_back(decode_differences(unpacked, first_difference));
  }
  return decoded;
}

void restore_limb_leads(const std::array<std::span<std::int16_t>, 6>& leads) {
  const auto& [i, ii, iii, avr, avl, avf] = leads;
  for (std::size_t t = 0; t < i.size(); ++t) {
    iii[t] = static_cast<std::int16_t>(ii[t] - i[t] - iii[t]);
    avr[t] = static_cast<std::int16_t>(-avr[t] - (i[t] + ii[t]) / 2);
    avl[t] = static_cast<std::int16_t>((i[t] - iii[t]) / 2 - avl[t]);
    avf[t] = static_cast<std::int16_t>((ii[t] + iii[t]) / 2 - avf[t]);
  }
}

}  // namespace liteheart
