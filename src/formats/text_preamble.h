// What stands above a table of samples, in comments and lines of the form "key: value".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace liteheart {

struct PreambleFacts {
  double rate_hz = 0;  // "fs=250", "# Sampling frequency: 300 Hz", "sampling interval: 4 ms"
  std::string unit;    // "Unit,mV"
  std::string start;   // ISO 8601
};
PreambleFacts preamble_facts(const std::vector<std::string>& preamble);

/// "(250 Hz)" in a text, or 0.
double rate_in(std::string_view text);

}  // namespace liteheart
