// WFDB records, as PhysioNet, its Challenges and PTB-XL use them: a header (.hea) and signal files.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ecg/recording.h"
#include "formats/input_file.h"
#include "formats/read_options.h"
#include "formats/recording_stream.h"
#include "formats/wfdb_decoder.h"

namespace liteheart {

/// Opens the record of a header file: signal files of any format, several rates, segments, and the
/// beats of an annotation file (.atr, else .qrs or .ecg) beside it. The leads are the signals that
/// are voltages at one rate (see choose_wfdb_leads). ReadOptions::rate_hz counts where the header
/// has none. Little is held in memory. Throws Error.
std::unique_ptr<RecordingStream> open_wfdb(InputFile file, const ReadOptions& options);

/// The same from memory, without annotations: `text` is the header, `place` its name for errors,
/// `source` gives signal files and the headers of segments. Recording::name is left empty.
std::unique_ptr<RecordingStream> open_wfdb(std::string_view text, const std::string& place,
                                           const WfdbSignalSource& source,
                                           const ReadOptions& options = {});

/// The files that a header names; none where it cannot be read.
struct WfdbFiles {
  std::vector<std::filesystem::path> segments, signals;  // headers of segments; signal files
};
WfdbFiles wfdb_files(const std::filesystem::path& header);

}  // namespace liteheart
