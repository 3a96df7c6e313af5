// Doubts about the amplitude a WFDB header claims.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "formats/wfdb_header.h"

namespace liteheart {

/// Leads one after another, all of the same length, as the header would have them.
struct WfdbExcerpt {
  std::span<const float> mv;
  std::size_t leads;
};

struct AmplitudeDoubt {
  double factor = 1;  // to multiply all samples with
  std::vector<std::string> warnings;
};

/// Some Challenge headers say 4880 units/mV of recorders with 4.88 uV a step, although the samples
/// are uV. Where all samples sit on the 4.88 uV steps, the factor scales them to uV and a warning
/// says so; elsewhere the claim stays with a warning, as do leads whose median range is beyond
/// 20 mV.
AmplitudeDoubt doubt_amplitude(const WfdbHeader& header, const WfdbExcerpt& excerpt);

}  // namespace liteheart
