// Zero-phase Butterworth band-pass of order 3 per edge: scipy.signal.butter(3, [low, high],
// 'bandpass', fs=rate) applied by scipy.signal.filtfilt with its default odd padding, but computed
// as second-order sections in double, which stay exact where one 6th-order filter would not.
#pragma once

#include <array>
#include <cstddef>

namespace liteheart::edge {

struct Bandpass {
  /// (1 - z^-2) / (1 + a1 z^-1 + a2 z^-2)
  struct Section {
    double a1, a2;
  };
  std::array<Section, 3> sections;
  double gain;  // of the whole cascade
};

/// Samples that filtfilt adds at either end; a signal must be longer than this.
inline constexpr std::size_t kPadding = 21;

/// Bilinear transform with prewarped edges; needs 0 < low_hz < high_hz < rate_hz / 2.
Bandpass design_bandpass(double low_hz, double high_hz, double rate_hz);

/// One pass through the filter, a sample at a time, without its gain. Each section is transposed
/// direct form II with both delays negated.
template <class Signal>
struct BandpassState {
  Signal u0{}, v0{}, u1{}, v1{}, u2{}, v2{};

  /// The state that x, held for ever, leaves behind: a section blocks 0 Hz, so the constant stands
  /// in the first one's delays and nothing reaches the others.
  explicit BandpassState(const Signal& x) : u0(x), v0(x) {}
  Signal step(const Bandpass& filter, const Signal& in) {
    const auto& [s0, s1, s2] = filter.sections;
    const Signal y0 = in - u0;
    u0 = v0 + s0.a1 * y0;
    v0 = in + s0.a2 * y0;
    const Signal y1 = y0 - u1;
    u1 = v1 + s1.a1 * y1;
    v1 = y0 + s1.a2 * y1;
    const Signal y2 = y1 - u2;
    u2 = v2 + s2.a1 * y2;
    v2 = y1 + s2.a2 * y2;
    return y2;
  }
};

/// Filters the signal at padded + kPadding, `samples` > kPadding long, forward and backward in
/// place, WITHOUT the filter's gain: multiply the result by gain * gain. `padded` has kPadding
/// elements of room before and after the signal. Signal is double or Lanes4.
template <class Signal>
void filter_zero_phase(const Bandpass& filter, Signal* padded, std::size_t samples);

}  // namespace liteheart::edge
