// A 12-lead ECG drawn from raised cosines: every wave begins and ends at a known time, and the limb
// leads see one known direction.
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "ecg/leads.h"

namespace liteheart::test {

struct DrawnEcg {
  double rate_hz = 100, seconds = 10, rr_s = 0.9;
  double axis_deg = 40, qrs_s = 0.1, qt_s = 0.4;
  double v2_st_mv = 0;  // from the end of QRS to the middle of T

  std::size_t samples() const { return static_cast<std::size_t>(std::lround(seconds * rate_hz)); }

  std::vector<float> leads() const {
    std::vector<float> out(kLeads * samples());
    for (std::size_t lead = 0; lead < kLeads; ++lead)
      for (std::size_t i = 0; i < samples(); ++i)
        out[lead * samples() + i] =
            static_cast<float>(at(lead, std::fmod(static_cast<double>(i) / rate_hz, rr_s)));
    return out;
  }

 private:
  static constexpr double kOnset = 0.25, kTDuration = 0.16;  // s

  static double wave(double t, double from, double width) {
    const bool inside = t > from && t < from + width;
    return inside ? 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (t - from) / width) : 0;
  }
  /// How a lead sees a unit vector of the frontal plane (the chest: each its own share).
  static double seen(std::size_t lead, double deg) {
    const double x = std::cos(deg * std::numbers::pi / 180);
    const double y = std::sin(deg * std::numbers::pi / 180) * std::numbers::sqrt3 / 2;
    const double i = x, ii = x / 2 + y;
    const double limb[] = {i, ii, ii - i, -(i + ii) / 2, i - ii / 2, ii - i / 2};
    return lead < 6 ? limb[lead] : 0.3 * static_cast<double>(lead) - 2.2;
  }
  double at(std::size_t lead, double t) const {
    const double end = kOnset + qrs_s, t_onset = kOnset + qt_s - kTDuration;
    double mv = 0.1 * seen(lead, 60) * wave(t, kOnset - 0.16, 0.09) +
                seen(lead, axis_deg) * wave(t, kOnset, qrs_s) +
                0.3 * seen(lead, 40) * wave(t, t_onset, kTDuration);
    if (lead == 7 && t >= end - 0.02 && t < t_onset + kTDuration / 2)
      mv += v2_st_mv * std::min(1.0, (t - end + 0.02) / 0.04);
    return mv;
  }
};

}  // namespace liteheart::test
