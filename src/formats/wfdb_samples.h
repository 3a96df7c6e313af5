// How WFDB signal files store integers: https://physionet.org/physiotools/wag/signal-5.htm.
// A new format is a row of the table in wfdb_samples.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace liteheart {

struct WfdbSampleFormat {
  int code;
  std::int32_t missing;  // value that stands for "no sample here"
  /// Whole samples in a number of bytes.
  std::size_t (*samples_in)(std::size_t bytes);
  /// Decodes samples first, first + 1, ... of `bytes` into `out`; they lie within
  /// samples_in(bytes.size()).
  void (*unpack)(std::span<const std::uint8_t> bytes, std::size_t first,
                 std::span<std::int32_t> out);
};

/// The format of a header's code. Throws Error(place) that names it if it is not supported.
const WfdbSampleFormat& wfdb_sample_format(int code, const std::string& place);

}  // namespace liteheart
