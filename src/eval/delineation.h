// Intervals, frontal axis and ST level of a 12-lead segment, measured on its median beat.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "ecg/leads.h"

namespace liteheart {

/// nullopt: not measurable.
struct EcgMeasurements {
  /// Frontal axis by the net areas of QRS in I and aVF (times 2 / sqrt 3, as an augmented lead is
  /// that much smaller), in [-180, 180]: 0 is to the left, 90 to the feet. Not measurable where one
  /// of the leads is flat or little is left of the areas.
  std::optional<double> qrs_axis_deg;
  /// First onset to last end over the leads, by the slope.
  std::optional<double> qrs_ms;
  /// QRS onset to the end of T over the leads, by the tangent to its steepest descent.
  std::optional<double> qt_ms;
  /// 60 ms after the end of QRS against the level before its onset, in the leads' unit. On
  /// conditioned leads (band-pass 1-47 Hz) it is not the ST level that a reader measures: slow
  /// shifts are mostly filtered out.
  std::array<std::optional<double>, kLeads> st;
};

/// leads: [12, samples], of which the first `valid` samples hold signal, some seconds. Axis and st
/// have their meaning only where all leads are in the same unit. Never an error: where no beats are
/// found (flat, noisy, not finite, too short, span that does not fit), nothing is measurable.
EcgMeasurements measure_ecg(std::span<const float> leads, std::size_t samples, std::size_t valid,
                            double rate_hz);

}  // namespace liteheart
