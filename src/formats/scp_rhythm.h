// The leads of SCP-ECG: section 3 names them, section 6 holds their samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ecg/recording.h"
#include "formats/scp_sections.h"

namespace liteheart {

/// Name of the lead with this number: 1 I, 2 II, 3-8 V1-V6, 61-64 III, aVR, aVL, aVF, others as
/// EN 1064 has them; "lead N" where it has none.
std::string scp_lead_name(unsigned number);

/// Samples per second at a sample interval in whole us. Intervals are rounded, so it is the
/// customary rate that rounds to it where there is one: 600 Hz for 1667 us.
double scp_rate_hz(unsigned interval_us);

/// Fills the recording's leads, rate, samples and mV, and returns the number of its first sample,
/// at least 1. A lead that holds less than it declares, or another stretch of time than the others,
/// is NaN where it has no samples, with a warning. `bytes`: size of the file. Throws Error where
/// there are no leads or no rhythm, for bimodal compression and reference beat subtraction, and
/// where the leads would need memory out of proportion to the file.
std::uint64_t read_scp_rhythm(const ScpSections& sections, std::size_t bytes, Recording& recording);

}  // namespace liteheart
