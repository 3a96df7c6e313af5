#pragma once

#include <array>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "ecg/leads.h"
#include "measured/measurements.h"

namespace liteheart {

/// measure_window() of all twelve leads.
inline std::vector<float> measure_window(std::span<const float> leads, double rate_hz) {
  std::array<std::uint8_t, kLeads> all;
  std::iota(all.begin(), all.end(), std::uint8_t{0});
  return measure_window(leads, all, rate_hz);
}

}  // namespace liteheart
