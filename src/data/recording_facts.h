// What a recording is like, measured in one pass over its samples.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "edge/quality.h"
#include "formats/recording_stream.h"

namespace liteheart {

struct LeadFacts {
  std::string name;
  float low_mv = 0, high_mv = 0;  // NaN where no sample is there
  edge::Quality quality;
};

struct RecordingFacts {
  Recording about;  // mv is empty
  std::vector<LeadFacts> leads;
  /// The lead on which beats are most prominent: the rate is taken from it.
  std::size_t rhythm_lead = 0;
  bool arms_swapped = false;  // as far as twelve leads tell

  double seconds() const { return static_cast<double>(about.samples) / about.rate_hz; }
  /// good if every lead is, unreadable if every lead is, else limited.
  edge::Grade grade() const;
};

/// Reads all of it, holding little. Throws Error as reading does.
RecordingFacts measure_recording(RecordingStream& recording);

/// "Ada Ek, id 17, born 1970-01-01, 55 years, female", of what is known.
std::string patient_text(const Recording& about);
/// For a person, a line a fact; `file`: what the user calls it. Without a disclaimer.
std::string to_text(const RecordingFacts& facts, const std::string& file);
nlohmann::ordered_json to_json(const RecordingFacts& facts, const std::string& file);

}  // namespace liteheart
