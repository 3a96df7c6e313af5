// SCP-ECG (EN 1064, ISO 11073-91064), the format of many carts, and Healforce's dialect of it.
#pragma once

#include "ecg/recording.h"
#include "formats/input_file.h"
#include "formats/scp_sections.h"

namespace liteheart {

/// Reads the recording with what is said of the patient, the device and the curves. The limb leads
/// that are not stored are derived. Throws Error (byte, remedy) where the rhythm is not there, is
/// damaged beyond use, or is coded with bimodal compression or reference beat subtraction.
Recording read_scp(InputFile& file);

}  // namespace liteheart
