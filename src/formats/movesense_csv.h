// Tables that Movesense loggers write: a packet of 16 samples gets one time stamp, which the table
// counts on by false steps of 1 ms.
#pragma once

#include "ecg/recording.h"
#include "formats/input_file.h"
#include "formats/read_options.h"

namespace liteheart {

/// Whether a column of the table counts in such packets.
bool looks_like_movesense(const InputFile& file);
/// Reads it: the rate is 16 over the packets' distance, lost packets are NaN, and so are samples at
/// the rails of +-32.767 mV. Throws Error.
Recording read_movesense(InputFile& file, const ReadOptions& options);

}  // namespace liteheart
