// WFDB records, as PhysioNet, its Challenges and PTB-XL use them: a header (.hea) and signal files.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "ecg/recording.h"
#include "formats/wfdb_decode.h"

namespace liteheart {

/// Reads the record of a header file. Throws Error.
Recording read_wfdb(InputFile& header);

/// The same from memory: `text` is the header, `place` its name for errors, `source` gives the
/// signal files. Recording::name is left empty.
Recording read_wfdb(std::string_view text, const std::string& place,
                    const WfdbSignalSource& source);

/// Header files of the segments of a multi-segment record; empty if `header` is that of an ordinary
/// record or cannot be read.
std::vector<std::filesystem::path> wfdb_segment_headers(const std::filesystem::path& header);

}  // namespace liteheart
