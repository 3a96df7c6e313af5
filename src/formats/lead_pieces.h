// Leads that a file gives one by one or piece by piece, put into one recording.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ecg/recording.h"

namespace liteheart {

/// Consecutive samples of one lead.
struct LeadPiece {
  std::string lead;       // as the recording will call it
  std::size_t first = 0;  // when it begins, in samples
  std::vector<float> mv;  // NaN where missing
};

/// Sets leads, samples and mv from the pieces: NaN where no piece has a sample, which a warning
/// tells, and the first piece where several have one. Limb leads that follow from I and II are
/// derived. Throws Error (with `place`) where there is no sample, there are absurdly many leads, or
/// they would take far more memory than the file of `file_bytes`.
void assemble(std::vector<LeadPiece> pieces, std::uint64_t file_bytes, const std::string& place,
              Recording& recording);

}  // namespace liteheart
