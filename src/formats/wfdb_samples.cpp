#include "formats/wfdb_samples.h"

#include <fmt/format.h>

#include <limits>

#include "ecg/error.h"

namespace liteheart {
namespace {

using Byte = std::uint8_t;

constexpr int sign_extend(int bits, int width) {
  const int sign = 1 << (width - 1);
  return (bits ^ sign) - sign;
}

// First differences in two's complement.
void unpack_8(const Byte* in, std::size_t groups, std::int32_t* out) {
  for (std::size_t i = 0; i < groups; ++i) out[i] = static_cast<std::int8_t>(in[i]);
}

void unpack_24(const Byte* in, std::size_t groups, std::int32_t* out) {
  for (std::size_t i = 0; i < groups; ++i, in += 3)
    out[i] = sign_extend(in[0] | (in[1] << 8) | (in[2] << 16), 24);
}

void unpack_32(const Byte* in, std::size_t groups, std::int32_t* out) {
  for (std::size_t i = 0; i < groups; ++i, in += 4) {
    out[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(in[3]) << 24 | in[2] << 16 |
                                       in[1] << 8 | in[0]);
  }
}

// Big endian.
void unpack_61(const Byte* in, std::size_t groups, std::int16_t* out) {
  for (std::size_t i = 0; i < groups; ++i)
    out[i] = static_cast<std::int16_t>(in[2 * i] << 8 | in[2 * i + 1]);
}

// Offset binary.
void unpack_80(const Byte* in, std::size_t groups, std::int16_t* out) {
  for (std::size_t i = 0; i < groups; ++i) out[i] = static_cast<std::int16_t>(in[i] - 0x80);
}
void unpack_160(const Byte* in, std::size_t groups, std::int16_t* out) {
  for (std::size_t i = 0; i < groups; ++i)
    out[i] = static_cast<std::int16_t>((in[2 * i] | in[2 * i + 1] << 8) - 0x8000);
}

// Two 12-bit samples, the middle byte holding both high nibbles.
void unpack_212(const Byte* in, std::size_t groups, std::int16_t* out) {
  for (std::size_t i = 0; i < groups; ++i, in += 3) {
    out[2 * i] = static_cast<std::int16_t>(sign_extend(in[0] | (in[1] & 0x0F) << 8, 12));
    out[2 * i + 1] = static_cast<std::int16_t>(sign_extend(in[2] | (in[1] & 0xF0) << 4, 12));
  }
}

// Three 10-bit samples in two little-endian words: bits 1-10 of each, then the top five of both,
// those of the second word the higher ones.
void unpack_310(const Byte* in, std::size_t groups, std::int16_t* out) {
  for (std::size_t i = 0; i < groups; ++i, in += 4) {
    const int low = in[0] | in[1] << 8, high = in[2] | in[3] << 8;
    out[3 * i] = static_cast<std::int16_t>(sign_extend(low >> 1 & 0x3FF, 10));
    out[3 * i + 1] = static_cast<std::int16_t>(sign_extend(high >> 1 & 0x3FF, 10));
    out[3 * i + 2] = static_cast<std::int16_t>(sign_extend(low >> 11 | high >> 11 << 5, 10));
  }
}

// Three 10-bit samples, one after another from the lowest bit of a little-endian 32-bit word.
void unpack_311(const Byte* in, std::size_t groups, std::int16_t* out) {
  for (std::size_t i = 0; i < groups; ++i, in += 4) {
    const int bits = in[0] | in[1] << 8 | in[2] << 16 | (in[3] & 0x3F) << 24;
    for (std::size_t k = 0; k < 3; ++k)
      out[3 * i + k] = static_cast<std::int16_t>(sign_extend(bits >> 10 * k & 0x3FF, 10));
  }
}

constexpr std::int32_t kNever = std::numeric_limits<std::int32_t>::min();
constexpr std::array kFormats = {
    WfdbSampleFormat{8, kNever, 1, 1, {}, nullptr, unpack_8, true},
    WfdbSampleFormat{16, -32768, 2, 1, {}},
    WfdbSampleFormat{24, -(1 << 23), 3, 1, {}, nullptr, unpack_24},
    WfdbSampleFormat{32, kNever, 4, 1, {}, nullptr, unpack_32},
    WfdbSampleFormat{61, -32768, 2, 1, {}, unpack_61},
    WfdbSampleFormat{80, -128, 1, 1, {}, unpack_80},
    WfdbSampleFormat{160, -32768, 2, 1, {}, unpack_160},
    WfdbSampleFormat{212, -2048, 3, 2, {0, 0, 1}, unpack_212},
    WfdbSampleFormat{310, -512, 4, 3, {0, 0, 1, 1}, unpack_310},
    WfdbSampleFormat{311, -512, 4, 3, {0, 0, 1, 2}, unpack_311},
};

}  // namespace

int wfdb_flac_bits(int code) { return code == 508 || code == 516 || code == 524 ? code - 500 : 0; }

const WfdbSampleFormat& wfdb_sample_format(int code, const std::string& place) {
  for (const WfdbSampleFormat& format : kFormats) {
    if (format.code == code) return format;
  }
  throw Error(place, fmt::format("{} is not a WFDB format", code),
              "correct the header; most records use 16 or 212");
}

}  // namespace liteheart
