// From the time stamps of samples to an even rate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace liteheart {

/// Where samples lie on an even time axis.
struct TimeAxis {
  double rate_hz = 0;       // 0 where the stamps tell none
  std::size_t samples = 0;  // of the axis, missing ones included
  struct Gap {
    std::size_t before;   // index of the stamp that follows the gap
    std::size_t missing;  // samples, at least 1
  };
  std::vector<Gap> gaps;  // ascending
  bool bursts = false;    // stamps come in bunches, so gaps cannot be told
  std::string problem;    // why rate_hz is 0
  std::vector<std::string> warnings;
};

/// Reads the rate off `seconds`, one stamp a sample, some of them NaN (then the sample follows the
/// one before). The rate is one over the mean of the steps that are near their median, so that
/// gaps do not count and rounded stamps do not harm. Steps of more than half as much again leave a
/// gap. Bunches of equal stamps (packets) give the rate from their first stamps. Stamps that run
/// backwards in more than one step of a hundred, or an impossible rate, are a problem.
TimeAxis read_time_axis(std::vector<double> seconds);

/// `values` with NaN where the axis has gaps.
std::vector<float> spread(std::span<const float> values, const TimeAxis& axis);

}  // namespace liteheart
