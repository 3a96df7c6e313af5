// What a WFDB record delivers, and from where: its leads, and the parts of its time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/wfdb_decoder.h"
#include "formats/wfdb_header.h"

namespace liteheart {

/// A header with signals, and which of them are the record's leads.
struct WfdbSegment {
  WfdbHeader header;
  std::string place;
  WfdbSignalSource source;
  std::vector<std::optional<std::size_t>> leads;  // none where the segment lacks the lead
  std::uint64_t samples = 0;                      // of each lead that it has

  std::unique_ptr<WfdbDecoder> open(int samples_per_frame) const {
    return std::make_unique<WfdbDecoder>(header, place, leads, samples_per_frame, source);
  }
};

struct WfdbPart {
  std::shared_ptr<const WfdbSegment> segment;  // null where all samples are missing
  std::uint64_t samples = 0;
};

struct WfdbPlan {
  std::vector<std::string> leads;
  double rate_hz = 0;
  int samples_per_frame = 1;
  std::vector<WfdbPart> parts;
  std::vector<std::string> warnings;
  std::unique_ptr<WfdbDecoder> opened;  // of the first part, if it is open already

  std::uint64_t samples() const;
};

/// The plan of a record without segments: one part. Signals whose file is not there are left out
/// with a warning, as long as one is. Throws Error if no lead is left; see WfdbDecoder.
WfdbPlan plan_wfdb_record(WfdbHeader header, const std::string& place,
                          const WfdbSignalSource& source);

/// The plan of a multi-segment record. Where the first segment has no samples, it is the layout
/// that names the leads, and each segment has those of that name; else all segments have the same
/// signals in the same order. Gaps, and segments that cannot be read, are missing samples, the
/// latter with a warning. Throws Error if no segment can be read, a segment has segments itself, or
/// so much is missing (more than 24 times what there is, and 4 million samples) that the lengths
/// cannot be true.
WfdbPlan plan_wfdb_segments(const WfdbHeader& header, const std::string& place,
                            const WfdbSignalSource& source);

}  // namespace liteheart
