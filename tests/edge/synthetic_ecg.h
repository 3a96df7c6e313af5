// A lead with beats at known times: P, QRS and T as bell curves.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace liteheart::test {

/// Repeatable noise, even in -1..1.
class Noise {
 public:
  float next() {
    state_ = state_ * 1664525u + 1013904223u;
    return static_cast<float>(state_ >> 8) / 8388608.0F - 1.0F;
  }

 private:
  std::uint32_t state_ = 1;
};

/// Apexes, in seconds, each rr_s from 0.5 s on.
inline std::vector<double> steady_beats(double seconds, double rr_s) {
  std::vector<double> beats;
  for (double at = 0.5; at < seconds - 0.3; at += rr_s) beats.push_back(at);
  return beats;
}

struct EcgShape {
  double r_mv = 1, p_mv = 0.12, t_mv = 0.25;
  double qrs_s = 0.011;  // s.d. of the R wave
};

/// In steps of 1 microvolt.
inline std::vector<float> synthetic_ecg(double rate_hz, double seconds,
                                        const std::vector<double>& beats, EcgShape shape = {}) {
  std::vector<float> mv(static_cast<std::size_t>(seconds * rate_hz));
  for (std::size_t b = 0; b < beats.size(); ++b) {
    const double rr = b + 1 < beats.size() ? beats[b + 1] - beats[b] : 1;
    const double t_at = 0.28 * std::sqrt(std::fmin(rr, 1.2));
    const auto add = [&](double at, double sd, double height) {
      const auto first = static_cast<std::ptrdiff_t>((at - 5 * sd) * rate_hz),
                 last = static_cast<std::ptrdiff_t>((at + 5 * sd) * rate_hz);
      for (std::ptrdiff_t i = first; i <= last; ++i) {
        if (i < 0 || i >= static_cast<std::ptrdiff_t>(mv.size())) continue;
        const double x = (static_cast<double>(i) / rate_hz - at) / sd;
        mv[static_cast<std::size_t>(i)] += static_cast<float>(height * std::exp(-x * x / 2));
      }
    };
    add(beats[b] - 0.16, 0.022, shape.p_mv);
    add(beats[b], shape.qrs_s, shape.r_mv);
    add(beats[b] + 0.03, shape.qrs_s, -0.2 * shape.r_mv);
    add(beats[b] + t_at, 0.045, shape.t_mv);
  }
  for (float& x : mv) x = std::round(x * 1000) / 1000;
  return mv;
}

}  // namespace liteheart::test
