// Writes a recording as EDF+ (continuous, 16 bit): https://www.edfplus.info/specs/edfplus.html.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ecg/recording.h"

namespace liteheart {

/// What became of a recording that was written.
struct EdfWritten {
  /// The largest of all leads: by no more than half of it any sample was changed.
  double step_mv = 0;
  /// What EDF+ cannot hold, or not exactly: the rate, letters beyond ASCII, long names, beats, ...
  std::vector<std::string> warnings;
};

/// Writes `file`, whole or not at all. Each lead has a scale of its own, as fine as its data needs.
/// The rate is exact where a data record of at most 61440 bytes allows; else it is the nearest.
/// NaN is stored as the digital minimum, which no other sample then has, and an annotation at the
/// start says so; the last data record is filled up with the last values, and the annotation
/// "Recording ends" says where. open_edf undoes both. Statements are annotations at the start.
/// Throws Error if the recording is not whole, EDF+ cannot hold it, or the disk refuses.
EdfWritten write_edf(const Recording& recording, const std::filesystem::path& file);

}  // namespace liteheart
