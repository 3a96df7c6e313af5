// Doubts about the amplitude a WFDB header claims.
#pragma once

#include <span>

#include "ecg/recording.h"
#include "formats/wfdb_header.h"

namespace liteheart {

/// Some Challenge headers say 4880 units/mV of recorders with 4.88 uV a step, although the samples
/// are uV. Where all samples sit on the 4.88 uV steps, the leads are scaled to uV and a warning
/// says so; elsewhere the claim stays with a warning, as do leads whose median range (`ranges_mv`,
/// one a lead) is beyond 20 mV.
void check_amplitude(const WfdbHeader& header, std::span<const double> ranges_mv,
                     Recording& recording);

}  // namespace liteheart
