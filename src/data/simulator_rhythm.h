// When the heart beats: RR intervals with respiratory sinus arrhythmia, irregular and flutter
// conduction, premature beats and their pauses.
#pragma once

#include <cstdint>
#include <numbers>
#include <vector>

#include "data/random.h"
#include "data/simulator_findings.h"

namespace liteheart::simulator {

inline constexpr double kTurn = 2 * std::numbers::pi;  // rad

struct Respiration {
  double hz, phase_rad;
  /// In -1..1.
  double at(double seconds) const;
};

enum class BeatKind : std::uint8_t {
  kSinus,
  kPrematureAtrial,
  kPrematureVentricular,
  kWithoutP,  // conducted from fibrillating or fluttering atria
};

struct Beat {
  double onset_s = 0;     // of the QRS complex, from the recording's start; may lie outside it
  double usual_rr_s = 0;  // running mean that the QT interval has adapted to
  BeatKind kind = BeatKind::kSinus;
};

struct Rhythm {
  Respiration respiration;
  double atrial_hz = 0;     // of flutter, else 0
  std::vector<Beat> beats;  // covers the recording and some seconds on both sides, ascending
};

/// Timing of a recording of `seconds` >= kShortestSeconds; every kind of premature beat of
/// `findings` occurs in it at least once.
Rhythm draw_rhythm(const Findings& findings, double seconds, Random& random);
inline constexpr double kShortestSeconds = 8;

}  // namespace liteheart::simulator
