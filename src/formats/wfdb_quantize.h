// A gain for int16 that loses as little of a lead as can be.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>

namespace liteheart {

/// units = round(mv * gain) + baseline; -32768 stands for a missing sample.
struct WfdbGain {
  double gain = 1000;  // units per mV
  int baseline = 0;

  std::int16_t units(float mv) const;
};

/// Where all values of the lead are multiples of one step (which those of any ADC of 16 bits or
/// less are, if its zero is 0 mV), the gain is one unit a step and nothing is lost. Elsewhere it is
/// as fine as the lead's range fits into int16, but not finer than 0.01 uV: half a unit is lost,
/// which is less than a 65 000th of the range. Values beyond +-10 V count as 10 V.
WfdbGain choose_wfdb_gain(std::span<const float> mv);

}  // namespace liteheart
