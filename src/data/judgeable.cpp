#include "data/judgeable.h"

#include <fmt/format.h>

#include "ecg/error.h"
#include "edge/condition.h"
#include "edge/r_peaks.h"

namespace liteheart {

void require_judgeable(const Recording& recording) {
  if (!edge::RPeaks::takes(recording.rate_hz)) {
    throw Error(recording.name,
                fmt::format("has {:g} samples a second: none can be judged", recording.rate_hz),
                fmt::format("{:g} Hz at least are needed; if its file states a wrong rate, mend it "
                            "there; if it states none, say it with --rate",
                            edge::RPeaks::kLowestRate));
  }
  const double seconds = static_cast<double>(recording.samples) / recording.rate_hz;
  if (seconds < edge::kShortestSeconds) {
    throw Error(recording.name, fmt::format("is {:.1f} s long: too short to judge", seconds),
                fmt::format("record at least {:g} s, better 10 s", edge::kShortestSeconds));
  }
}

}  // namespace liteheart
