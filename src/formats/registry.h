// One door to every ECG file: the content is recognised, the format's own reader does the rest.
#pragma once

#include <filesystem>
#include <vector>

#include "ecg/recording.h"

namespace liteheart {

/// Reads the recording at `path`: a header, a signal file beside one, or a WFDB record name without
/// extension. Throws Error (file, line or byte, remedy) if there is nothing to read, a variant
/// is not supported, sizes lie or no lead comes out; mended faults are Recording::warnings.
Recording read_recording(const std::filesystem::path& path);

/// Paths of all recordings under `source` (a folder, searched recursively, or one recording), each
/// accepted by read_recording, sorted by path. Throws Error if `source` does not exist.
std::vector<std::filesystem::path> find_recordings(const std::filesystem::path& source);

}  // namespace liteheart
