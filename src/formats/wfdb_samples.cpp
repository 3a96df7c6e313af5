#include "formats/wfdb_samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ecg/error.h"

namespace liteheart {
namespace {

// Format 16: little-endian two's complement.
void unpack_16(std::span<const std::uint8_t> bytes, std::size_t first,
               std::span<std::int32_t> out) {
  const std::uint8_t* in = bytes.data() + 2 * first;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::int16_t>(in[2 * i] | (in[2 * i + 1] << 8));
  }
}

std::int32_t sign_extend_12(int bits) { return (bits ^ 0x800) - 0x800; }

// Format 212: two 12-bit samples in three bytes, the middle byte holding both high nibbles.
void unpack_212(std::span<const std::uint8_t> bytes, std::size_t first,
                std::span<std::int32_t> out) {
  const auto even = [&](std::size_t pair) {
    const std::uint8_t* in = bytes.data() + 3 * pair;
    return sign_extend_12(in[0] | ((in[1] & 0x0F) << 8));
  };
  const auto odd = [&](std::size_t pair) {
    const std::uint8_t* in = bytes.data() + 3 * pair;
    return sign_extend_12(in[2] | ((in[1] & 0xF0) << 4));
  };
  std::size_t i = 0, sample = first;
  if (sample % 2 == 1 && i < out.size()) out[i++] = odd(sample++ / 2);
  for (; i + 1 < out.size(); i += 2, sample += 2) {
    out[i] = even(sample / 2);
    out[i + 1] = odd(sample / 2);
  }
  if (i < out.size()) out[i] = even(sample / 2);
}

constexpr std::array kFormats = {
    WfdbSampleFormat{16, -32768, [](std::size_t bytes) { return bytes / 2; }, unpack_16},
    WfdbSampleFormat{212, -2048,
                     [](std::size_t bytes) { return bytes / 3 * 2 + (bytes % 3 == 2 ? 1 : 0); },
                     unpack_212},
};

constexpr std::array kOtherCodes = {0, 8, 24, 32, 61, 80, 160, 310, 311, 508, 516, 524};

}  // namespace

const WfdbSampleFormat& wfdb_sample_format(int code, const std::string& place) {
  for (const WfdbSampleFormat& format : kFormats) {
    if (format.code == code) return format;
  }
  if (std::find(kOtherCodes.begin(), kOtherCodes.end(), code) != kOtherCodes.end()) {
    throw Error(place, fmt::format("WFDB format {} is not supported yet", code),
                "convert the record to format 16");
  }
  throw Error(place, fmt::format("{} is not a WFDB format", code),
              "correct the header; most records use 16 or 212");
}

}  // namespace liteheart
