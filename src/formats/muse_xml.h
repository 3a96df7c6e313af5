// GE MUSE XML (RestingECG, "restecg.dtd"): the export of GE's ECG management system.
//
// RestingECG > Waveform > LeadData: base64 of 16-bit integers, little endian, times
// LeadAmplitudeUnitsPerBit; the rate is SampleBase x 10^SampleExponent. LeadDataCRC32 is the usual
// CRC-32 (polynomial EDB88320) of the bytes. QRS times are ms. The last three were found in, and
// hold in, the samples of BRAVEHEART.
#pragma once

#include <string_view>

#include "ecg/recording.h"
#include "formats/input_file.h"

namespace liteheart {

bool looks_like_muse_xml(std::string_view beginning);

/// Reads the rhythm; the median beat is never taken for one. Of eight stored leads the other four
/// are derived. Throws Error.
Recording read_muse_xml(InputFile& file);

}  // namespace liteheart
