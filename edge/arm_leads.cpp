#include "edge/arm_leads.h"

#include <cmath>

#include "edge/quality.h"

namespace liteheart::edge {
namespace {

constexpr std::size_t kLeadI = 0, kLeadAvr = 3, kLeadV6 = 11;
constexpr float kAgainst = -0.3F;

/// Correlation of the two leads' changes over 10 ms, which QRS dominates.
float correlation_of_changes(const float* a, const float* b, std::size_t samples, double rate_hz) {
  const auto step = static_cast<std::size_t>(std::fmax(1, std::round(0.01 * rate_hz)));
  double aa = 0, bb = 0, ab = 0;
  for (std::size_t i = step; i < samples; ++i) {
    const double x = static_cast<double>(a[i]) - static_cast<double>(a[i - step]),
                 y = static_cast<double>(b[i]) - static_cast<double>(b[i - step]);
    if (!std::isfinite(x) || !std::isfinite(y)) continue;
    aa += x * x, bb += y * y, ab += x * y;
  }
  return aa > 0 && bb > 0 ? static_cast<float>(ab / std::sqrt(aa * bb)) : 0;
}

bool inverted(const float* mv, std::size_t samples, double rate_hz) {
  SignalQuality lead(rate_hz, true);
  for (std::size_t i = 0; i < samples; ++i) lead.push(mv[i]);
  lead.finish();
  return (lead.quality().faults & kInverted) != 0;
}

}  // namespace

bool arms_swapped(const float* mv, std::size_t samples, double rate_hz) {
  const auto lead = [&](std::size_t i) { return mv + i * samples; };
  return RPeaks::takes(rate_hz) && inverted(lead(kLeadI), samples, rate_hz) &&
         !inverted(lead(kLeadAvr), samples, rate_hz) &&
         correlation_of_changes(lead(kLeadI), lead(kLeadV6), samples, rate_hz) < kAgainst;
}

}  // namespace liteheart::edge
