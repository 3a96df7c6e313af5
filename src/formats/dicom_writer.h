// Writes a recording as a DICOM ECG.
#pragma once

#include <filesystem>
#include <string>

#include "ecg/recording.h"

namespace liteheart {

/// The bytes of a DICOM file (explicit VR little endian) with one multiplex group RHYTHM:
///   12-lead ECG     the twelve standard leads, 200 to 1000 Hz, at most 16384 samples
///   general ECG     else, up to 24 leads at 200 to 1000 Hz
///   ambulatory ECG  else, up to 12 leads at 50 to 1000 Hz
/// (PS3.3 A.34.3 to A.34.5). 16-bit samples; each lead has a usual step (1, 1.25, 2.5, 4.88 uV,
/// ...) if that loses nothing, else the smallest that holds its largest value: reading gives every
/// sample back within half a step. NaN is the padding value -32768. Statements become annotations.
/// The UIDs (2.25) are a hash of the recording: the same content has the same UID. What the
/// recording does not tell is empty, the time of acquisition too, which the standard wants filled:
/// nothing is invented. Manufacturer is LiteHeart; the device is a contributing equipment. Throws
/// Error if no class takes the leads or rate.
std::string dicom_file(const Recording& recording);
/// Writes them to `file`, which appears whole. Throws Error, also if the disk refuses.
void write_dicom(const Recording& recording, const std::filesystem::path& file);

}  // namespace liteheart
