// One door to every ECG file: the content is recognised, the format's own reader does the rest.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ecg/recording.h"
#include "formats/read_options.h"
#include "formats/recording_stream.h"

namespace liteheart {

/// Reads the recording at `path`: a file of any known format, a signal file beside its header, a
/// WFDB record name without extension, an archive that holds one recording; an exam of a CODE file
/// that holds many is FILE/EXAM_ID. Throws Error (file, line or byte, remedy) if there is nothing
/// to read, a variant is not supported, sizes lie or no lead comes out; mended faults are
/// Recording::warnings.
Recording read_recording(const std::filesystem::path& path, const ReadOptions& options = {});
/// The same from memory; `place` is what errors call it. What needs a second file is refused.
Recording read_recording(std::span<const std::uint8_t> bytes, const std::string& place,
                         const ReadOptions& options = {});
/// The same piece by piece. Formats of long recordings hold little of it in memory.
std::unique_ptr<RecordingStream> open_recording(const std::filesystem::path& path,
                                                const ReadOptions& options = {});

/// Paths of all recordings under `source` (a folder, searched recursively, a file of many, or one
/// recording), each recognised by open_recording, sorted by path. Hidden files are passed over.
/// Throws Error if `source` does not exist.
std::vector<std::filesystem::path> find_recordings(const std::filesystem::path& source);

}  // namespace liteheart
