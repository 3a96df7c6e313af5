// From the integers of WFDB signal files to millivolts.
#pragma once

#include <functional>
#include <string>

#include "ecg/recording.h"
#include "formats/input_file.h"
#include "formats/wfdb_header.h"

namespace liteheart {

/// Opens a signal file that a header names; throws Error if it cannot.
using WfdbSignalSource = std::function<InputFile(const std::string& file)>;

/// Fills rate, samples, leads, mv and warnings of a recording from a single-segment header. Signals
/// that are not voltages are left out with a warning. A signal file shorter than declared shortens
/// the recording, with a warning that says by how much. `place` is the header's name, for errors.
/// Throws Error (header and line) if a signal file is missing, of an unsupported format, cut off
/// within the first second, or no lead is left.
Recording decode_wfdb_signals(const WfdbHeader& header, const std::string& place,
                              const WfdbSignalSource& source);

}  // namespace liteheart
