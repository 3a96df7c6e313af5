// How WFDB signal files store integers: https://physionet.org/physiotools/wag/signal-5.htm.
// A new format is a row of the table in wfdb_samples.cpp; FLAC is in wfdb_flac.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace liteheart {

/// Samples are packed in groups of a few bytes. Either `narrow` or `wide` unpacks whole groups;
/// neither does where the bytes are little-endian int16 already.
struct WfdbSampleFormat {
  int code;
  std::int32_t missing;  // value that stands for "no sample here"
  std::size_t group_bytes, group_samples;
  std::array<std::uint8_t, 4> partial;  // samples in 0, 1, 2, 3 bytes of an unfinished group
  void (*narrow)(const std::uint8_t* in, std::size_t groups, std::int16_t* out) = nullptr;
  void (*wide)(const std::uint8_t* in, std::size_t groups, std::int32_t* out) = nullptr;
  bool differences = false;  // each sample is to be added to the one before it

  /// Whole samples in a number of bytes.
  std::uint64_t samples_in(std::uint64_t bytes) const {
    return bytes / group_bytes * group_samples + partial[bytes % group_bytes];
  }
};

/// Bits of a sample where `code` is one of the FLAC formats 508, 516 and 524, else 0.
int wfdb_flac_bits(int code);

/// The format of a header's code. Throws Error(place) that names it if it is none, or FLAC.
const WfdbSampleFormat& wfdb_sample_format(int code, const std::string& place);

}  // namespace liteheart
