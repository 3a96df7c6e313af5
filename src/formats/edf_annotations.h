// The annotation signal of EDF+ and BDF+ (time-stamped annotation lists):
// https://www.edfplus.info/specs/edfplus.html#tal.
#pragma once

#include <functional>
#include <string_view>

namespace liteheart {

/// Onsets are in seconds after the start time in the header.
struct EdfAnnotation {
  double onset = 0, seconds = 0;  // seconds: how long it lasts; 0 where it does not say
  std::string_view text;          // as written; empty where it only keeps the time
};

/// Ends the signal where the last data record is filled up; of EDF+'s standard texts.
inline constexpr std::string_view kEdfRecordingEnds = "Recording ends";
/// LiteHeart's own: EDF has no code for a missing sample.
inline constexpr std::string_view kEdfMissingSamples = "Missing samples hold the digital minimum";

/// Visits the annotations in one data record's share of the signal, as far as it is intact. The
/// first one that is empty keeps the time: its onset is the record's.
void visit_edf_annotations(std::string_view bytes,
                           const std::function<void(const EdfAnnotation&)>& visit);

}  // namespace liteheart
