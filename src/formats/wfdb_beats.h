// What annotation files beside a WFDB header say of its recording.
#pragma once

#include <filesystem>
#include <string>

#include "ecg/recording.h"
#include "formats/wfdb_annotations.h"
#include "formats/wfdb_header.h"

namespace liteheart {

/// Adds the beats to Recording::beats, in the recording's samples, and the rhythms ("(AFIB"), each
/// once, to its statements. Beats that lie behind the end are left out with a warning. Rate and
/// samples of the recording are known. `file`: for warnings.
void add_wfdb_annotations(const WfdbAnnotations& annotations, double frames_per_second,
                          const std::string& file, Recording& recording);

/// Adds those of NAME.atr, or where that has no beats, of NAME.qrs or NAME.ecg. A file that is no
/// annotation file is left out with a warning.
void add_wfdb_annotations_beside(const std::filesystem::path& header_file, const WfdbHeader& header,
                                 Recording& recording);

}  // namespace liteheart
