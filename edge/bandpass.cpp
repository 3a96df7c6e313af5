#include "edge/bandpass.h"

#include <cmath>
#include <complex>

#include "edge/lanes.h"

namespace liteheart::edge {
namespace {

/// What filtfilt calls odd padding: the signal turned by half a turn about its end samples.
template <class Signal>
void pad_odd(Signal* padded, std::size_t samples) {
  Signal* const first = padded + kPadding;
  Signal* const last = first + samples - 1;
  for (std::size_t i = 1; i <= kPadding; ++i) {
    *(first - i) = 2.0 * *first - *(first + i);
    *(last + i) = 2.0 * *last - *(last - i);
  }
}

/// One pass in place over x[0], x[step], ..., from the state that x[0], held for ever, leaves
/// behind.
template <class Signal>
void filter_pass(const Bandpass& filter, Signal* x, std::size_t samples, std::ptrdiff_t step) {
  BandpassState<Signal> state(*x);
  for (std::size_t i = 0; i < samples; ++i, x += step) *x = state.step(filter, *x);
}

}  // namespace

Bandpass design_bandpass(double low_hz, double high_hz, double rate_hz) {
  constexpr double kPi = 3.14159265358979323846;
  const double low = std::tan(kPi * low_hz / rate_hz), high = std::tan(kPi * high_hz / rate_hz);
  const double width = high - low, centre_squared = low * high;

  Bandpass filter{};
  filter.gain = 1;
  // Analogue section width s / (s^2 + c1 s + c0) under s = (1 - z^-1) / (1 + z^-1).
  const auto section = [&](double c1, double c0) {
    const double a0 = 1 + c1 + c0;
    filter.gain *= width / a0;
    return Bandpass::Section{2 * (c0 - 1) / a0, (1 - c1 + c0) / a0};
  };
  // The low-pass prototype's poles are -1 and exp(+-2 pi i / 3); each pole p becomes the two roots
  // of s^2 - p width s + centre^2, and a root pairs with its conjugate from the conjugate pole.
  const std::complex<double> half = std::polar(width / 2, 2 * kPi / 3);
  const std::complex<double> apart = std::sqrt(half * half - centre_squared);
  const std::complex<double> far = half + (half.real() * apart.real() >= 0 ? apart : -apart);
  const std::complex<double> near = centre_squared / far;
  filter.sections = {section(width, centre_squared), section(-2 * far.real(), std::norm(far)),
                     section(-2 * near.real(), std::norm(near))};
  return filter;
}

template <class Signal>
void filter_zero_phase(const Bandpass& filter, Signal* padded, std::size_t samples) {
  pad_odd(padded, samples);
  const std::size_t all = samples + 2 * kPadding;
  filter_pass(filter, padded, all, 1);
  filter_pass(filter, padded + all - 1, all, -1);
}
template void filter_zero_phase(const Bandpass&, double*, std::size_t);
template void filter_zero_phase(const Bandpass&, Lanes4*, std::size_t);

}  // namespace liteheart::edge
