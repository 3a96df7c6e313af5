// Writes a recording as the PhysioNet/CinC 2021 Challenge lays it out.
#pragma once

#include <filesystem>

#include "ecg/recording.h"

namespace liteheart {

/// Writes `folder/NAME.hea` and `folder/NAME.mat` (MATLAB v4, int16, 1000 units/mV; NaN becomes
/// -32768), with age, sex and diagnoses in `#` comments. Values beyond +-32.767 mV saturate. Both
/// files appear whole (temporary name, then rename). Throws Error if the disk refuses.
void write_wfdb(const Recording& recording, const std::filesystem::path& folder);

}  // namespace liteheart
