// EDF, EDF+ (continuous and discontinuous), BDF and BDF+ files: those signals that are an ECG.
#pragma once

#include <memory>
#include <string_view>

#include "formats/edf_header.h"
#include "formats/input_file.h"
#include "formats/read_options.h"
#include "formats/recording_stream.h"

namespace liteheart {

/// Streams the ECG leads, block by block of the file. Gaps of a discontinuous file are NaN by the
/// onsets of its records; annotations of text become statements, the first hundred of them. What
/// write_edf marked as missing is NaN again. Throws Error if the header cannot be read, no signal
/// is an ECG, neither the file nor the options tell the rate, or a gap is out of all proportion to
/// the file.
std::unique_ptr<RecordingStream> open_edf(InputFile file, const ReadOptions& options);

}  // namespace liteheart
