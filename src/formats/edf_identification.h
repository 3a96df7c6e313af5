// Who was recorded, when and with what, of an EDF header.
#pragma once

#include "ecg/recording.h"
#include "formats/edf_header.h"

namespace liteheart {

/// Fills patient, start and device. The subfields of EDF+ are taken apart in plain EDF too where
/// they are plainly there; other text is the patient's id, or the device. `second`: of the start,
/// to be added (EDF+ keeps a fraction in the first annotation).
void identify_edf(const EdfHeader& header, double second, Recording& recording);

}  // namespace liteheart
