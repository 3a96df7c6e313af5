// Logs of Polar chest straps (H10): https://github.com/polarofficial/polar-ble-sdk has the device's
// facts: samples in uV at 130 Hz nominally, truly 128 to 131.
#pragma once

#include "ecg/recording.h"
#include "formats/input_file.h"
#include "formats/read_options.h"

namespace liteheart {

/// Whether this is the log of the app Polar Sensor Logger:
/// "Phone timestamp;sensor timestamp [ns];timestamp [ms];ecg [uV]".
bool looks_like_polar_log(const InputFile& file);
/// Reads it; the rate is the sensor's clock's. Throws Error.
Recording read_polar_log(InputFile& file, const ReadOptions& options);

/// Whether this is one column of whole numbers, all on the steps of a Polar H10, as the app ECG
/// Recorder writes it.
bool looks_like_polar_samples(const InputFile& file);
/// Reads it; the rate is nominal unless options tell it. Throws Error.
Recording read_polar_samples(InputFile& file, const ReadOptions& options);

}  // namespace liteheart
