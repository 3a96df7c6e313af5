// What can be measured on a window of conditioned leads without a reader: numbers that diagnoses
// are defined by, for trees. The one implementation that training and devices share. C++17, no
// exceptions, no heap: the caller brings the memory.
//
//   const std::uint8_t which[] = {0};  // lead I
//   const GivenLeads leads{window, which, 1, 1024, 1024, 1};
//   // 64 KiB of memory, of measure_memory(1, 1024, 100) bytes
//   float measured[kMeasurements];
//   measure_window(leads, 100, memory, measured);
#pragma once

#include <cstddef>

#include "edge/beats.h"

namespace liteheart::edge {

/// How many numbers, and the version of their list: what was learned from one list means nothing on
/// another.
inline constexpr std::size_t kMeasurements = 191;
inline constexpr int kMeasurementsVersion = 2;

/// Bytes that measure_window needs; 0 where nothing can be measured: no lead or more than twelve,
/// no samples or more than can be addressed, a rate that is not within 50 Hz .. 10 kHz.
std::size_t measure_memory(std::size_t leads, std::size_t samples, double rate_hz);

/// out: [kMeasurements], NaN where unknown: durations of QRS and QT, the frontal axis, the
/// deflections of QRS, ST and T of each of the twelve leads, P, the intervals between beats and
/// beats that are early or unlike the others; times in ms, heights in the leads' unit. What belongs
/// to a lead that is not given is unknown; everything else is as if that lead were zero. Samples at
/// the end that are zero in all given leads are padding. memory: what measure_memory says of
/// leads.count and leads.samples, aligned to 8 bytes. Never an error: without beats nothing is
/// known.
void measure_window(const GivenLeads& leads, double rate_hz, void* memory, float* out);

}  // namespace liteheart::edge
