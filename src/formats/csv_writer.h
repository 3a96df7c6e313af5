// Writes a recording as the plainest table.
#pragma once

#include <filesystem>

#include "ecg/recording.h"

namespace liteheart {

/// Writes "time_s,I_mV,II_mV,..." and one row a sample, every number with as many digits as bring
/// it back exactly; a missing sample is an empty cell. There are no comments, so that pandas,
/// NumPy, spreadsheets and read_text_ecg read it as it is; start and patient are not kept. The file
/// appears whole. Throws Error if there is no sample or the disk refuses.
void write_csv(const Recording& recording, const std::filesystem::path& file);

}  // namespace liteheart
