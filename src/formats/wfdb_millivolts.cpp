#include "formats/wfdb_millivolts.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace liteheart {
namespace {

constexpr std::size_t kPiece = 2048;  // samples; they stay in the first cache

/// Copies `count` samples side by side; `run` starts at the first of them.
template <typename Integer>
void gather(const Integer* in, std::size_t phase, std::size_t run, std::size_t step,
            std::size_t count, Integer* out) {
  if (run == 1) {
    for (std::size_t i = 0; i < count; ++i) out[i] = in[i * step];
    return;
  }
  for (std::size_t done = 0; done < count; in += step, phase = 0) {
    const std::size_t here = std::min(run - phase, count - done);
    std::copy_n(in + phase, here, out + done);
    done += here;
  }
}

/// The value next to the true quotient. Floats divide exactly where they hold both numbers.
template <typename Integer>
void scale_all(const Integer* in, std::size_t count, const WfdbScale& scale, float* out) {
  const auto baseline = static_cast<float>(scale.baseline);
  const auto units_per_mv = static_cast<float>(scale.units_per_mv);
  constexpr float kExact = 1 << 23;
  if (scale.in_24_bits && units_per_mv == scale.units_per_mv && std::abs(baseline) < kExact &&
      std::trunc(scale.baseline) == scale.baseline) {
    for (std::size_t i = 0; i < count; ++i)
      out[i] = (static_cast<float>(in[i]) - baseline) / units_per_mv;
    return;
  }
  const double zero = scale.baseline, units = scale.units_per_mv;
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<float>((in[i] - zero) / units);
}

/// Each loop does one thing, so that the compiler makes vectors of it.
template <typename Integer>
std::uint16_t convert(const Integer* in, std::size_t count, const WfdbScale& scale, float* out) {
  const auto missing = static_cast<Integer>(scale.missing);
  std::uint16_t sum = 0;
  Integer found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum = static_cast<std::uint16_t>(sum + static_cast<std::uint16_t>(in[i]));
    found = static_cast<Integer>(found | static_cast<Integer>(in[i] == missing));
  }
  scale_all(in, count, scale, out);
  if (found == 0) return sum;
  for (std::size_t i = 0; i < count; ++i) {
    if (in[i] == missing) out[i] = std::numeric_limits<float>::quiet_NaN();
  }
  return sum;
}

template <typename Integer>
std::uint16_t millivolts(const Integer* in, const WfdbRun& lie, std::size_t count,
                         const WfdbScale& scale, float* out) {
  if (lie.run == lie.step) return convert(in + lie.phase, count, scale, out);
  Integer piece[kPiece];
  std::uint16_t sum = 0;
  std::size_t phase = lie.phase;
  for (std::size_t done = 0; done < count;) {
    const std::size_t here = std::min(kPiece, count - done);
    gather(in, phase, lie.run, lie.step, here, piece);
    sum = static_cast<std::uint16_t>(sum + convert(piece, here, scale, out + done));
    in += (phase + here) / lie.run * lie.step;
    phase = (phase + here) % lie.run;
    done += here;
  }
  return sum;
}

}  // namespace

std::uint16_t wfdb_millivolts(const WfdbRun& in, std::size_t count, const WfdbScale& scale,
                              float* out) {
  return in.narrow ? millivolts(in.narrow, in, count, scale, out)
                   : millivolts(in.wide, in, count, scale, out);
}

}  // namespace liteheart
