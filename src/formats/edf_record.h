// How many samples of a lead make a data record of an EDF file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace liteheart {

struct EdfRecordLength {
  std::size_t samples = 0;  // of a lead; 0 if no record can have the rate
  std::string seconds;      // the header's field, at most eight signs
  std::int64_t ticks = 0;   // the same, in units of 100 ns
  double rate_hz = 0;       // samples / seconds
};

inline constexpr std::int64_t kEdfTicksPerSecond = 10'000'000;

/// The length whose rate is `rate_hz`, or nearest to it, with at most `most` samples and 60 s;
/// among equals one that a recording of `wanted` samples fills, then the nearest to a second.
EdfRecordLength choose_edf_record(double rate_hz, std::size_t most, std::size_t wanted);

}  // namespace liteheart
