// Where the waves of a median beat lie, of as many leads as are given.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "edge/beats.h"

namespace liteheart::edge {

/// Where the waves of a median beat lie, in its samples, and what they are measured against.
struct Delineation {
  std::size_t qrs_onset = 0, qrs_end = 0;  // first onset to last end over the leads, by the slope
  std::array<double, kStandardLeads> level{};  // of each given lead: of the PR segment, or of what
                                               // there is in its place
  const double* magnitude = nullptr;  // [samples] of the beat: of the leads from these levels, over
                                      // 20 ms; in the scratch
  std::size_t t_peak = 0;             // where that is highest in T; 0 where there is none
  std::optional<double> t_end;        // by the tangent to the steepest descent of T
};
/// nullopt where no QRS is told from the rest. memory: that in which the beat lies.
std::optional<Delineation> delineate(const MedianBeat& beat, const BeatMemory& memory);

/// Frontal axis by the net areas of QRS in I and aVF (times 2 / sqrt 3, as an augmented lead is
/// that much smaller), in [-180, 180]: 0 is to the left, 90 to the feet. nullopt where one of the
/// leads is not given or constant or little is left of the areas.
std::optional<double> qrs_axis_deg(const MedianBeat& beat, const Delineation& waves);

/// Whether the i-th of the given leads is, but for rounding.
bool is_constant(const SampledLeads& leads, std::size_t i);

}  // namespace liteheart::edge
