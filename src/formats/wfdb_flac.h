// WFDB signal files compressed as FLAC: formats 508, 516 and 524, each signal a channel.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/wfdb_signal_file.h"

namespace liteheart {

/// Opens a FLAC stream that begins at the signals' byte offset. A stream that is cut off has as
/// many frames as can be decoded; samples that damage takes from its middle read as missing. Throws
/// Error if it is no FLAC stream, its channels are not the signals, or it claims more samples than
/// its bytes can hold.
std::unique_ptr<WfdbSignalFile> open_wfdb_flac(InputFile file,
                                               const std::vector<const WfdbSignal*>& signals,
                                               const std::string& place);

}  // namespace liteheart
