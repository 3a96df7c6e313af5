// What SCP-ECG says beside the curves: the patient and the device in section 1, statements in
// sections 8 and 11.
#pragma once

#include <optional>

#include "ecg/recording.h"
#include "formats/scp_sections.h"

namespace liteheart {

/// Fills patient, device, start and statements. first_sample: number of the recording's first
/// sample, by which it begins later than the time that the file gives; needs rate_hz. Text is taken
/// as Latin-1 where it is no UTF-8; dates that are written the wrong way round are read with a
/// warning, and what is no date or age is left out.
void read_scp_patient(const ScpSections& sections, std::uint64_t first_sample,
                      Recording& recording);

}  // namespace liteheart
