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

/// Filters the signal at padded + kPadding, `samples` > kPadding long, forward and backward in
/// place, WITHOUT the filter's gain: multiply the result by gain * gain. `padded` has kPadding
/// elements of room before and after the signal. Signal is double or Lanes4.
template <class Signal>
void filter_zero_phase(const Bandpass& filter, Signal* padded, std::size_t samples);

}  // namespace liteheart::edge
