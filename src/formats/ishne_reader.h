// ISHNE Holter files, version 1.0: Badilini, "The ISHNE Holter Standard Output File Format", Annals
// of Noninvasive Electrocardiology 3 (1998) 263-266.
#pragma once

#include <memory>
#include <string_view>

#include "formats/input_file.h"
#include "formats/read_options.h"
#include "formats/recording_stream.h"

namespace liteheart {

/// Whether `beginning`, that of a file, is that of an ISHNE file of signals or of annotations.
bool looks_like_ishne(std::string_view beginning);

/// Streams the recording. A wrong checksum, a cut and lead quality that the recorder found bad are
/// warnings. Throws Error if it is a file of annotations, the header is cut off or makes no sense,
/// or not one sample of each lead is there.
std::unique_ptr<RecordingStream> open_ishne(InputFile file, const ReadOptions& options);

}  // namespace liteheart
