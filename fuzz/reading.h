// What every reader of recordings must hold, whatever the bytes.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>

#include "ecg/error.h"
#include "ecg/recording.h"

namespace liteheart::fuzzing {

/// An Error is a right answer; so is a recording that is whole and not absurdly larger than the
/// `size` bytes it was read from.
inline int check_reading(std::size_t size, const std::function<Recording()>& read) {
  constexpr std::size_t kMostGrowth = 10, kAllowance = 16 << 20;
  try {
    const Recording r = read();
    const bool whole = r.samples > 0 && std::isfinite(r.rate_hz) && r.rate_hz > 0 &&
                       !r.leads.empty() && r.mv.size() == r.leads.size() * r.samples &&
                       !r.format.empty();
    if (!whole || r.mv.size() * sizeof(float) > kMostGrowth * size + kAllowance) std::abort();
    for (const Beat& beat : r.beats)
      if (beat.sample >= r.samples) std::abort();
  } catch (const Error&) {
  }
  return 0;
}

}  // namespace liteheart::fuzzing
