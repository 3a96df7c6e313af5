// From the integers of a WFDB signal to millivolts.
#pragma once

#include <cstddef>
#include <cstdint>

#include "formats/wfdb_signal_file.h"

namespace liteheart {

/// How the integers of a signal are to be understood.
struct WfdbScale {
  double baseline = 0;  // value of 0 mV
  double units_per_mv = 1;
  std::int32_t missing = 0;  // value that becomes NaN
  bool in_24_bits = false;   // whether all values are, so that floats hold them
};

/// The first `count` samples of `in`, which has that many, in mV. Returns their sum mod 65536.
std::uint16_t wfdb_millivolts(const WfdbRun& in, std::size_t count, const WfdbScale& scale,
                              float* out);

}  // namespace liteheart
