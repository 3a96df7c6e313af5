// ECGs as the web services of wearables and their exports give them in JSON.
#pragma once

#include "ecg/recording.h"
#include "formats/input_file.h"
#include "formats/read_options.h"

namespace liteheart {

/// Fitbit's "Get ECG Log List" and Google Health's electrocardiograms, which share its names:
/// https://dev.fitbit.com/build/reference/web-api/electrocardiogram/get-ecg-log-list.
/// mV = sample / scalingFactor; samplingFrequencyHz may be a string; lead I.
bool looks_like_fitbit(const InputFile& file);
Recording read_fitbit(InputFile& file, const ReadOptions& options);

/// Withings' "Heart v2 - Get": signal, sampling_frequency, wearposition.
bool looks_like_withings_json(const InputFile& file);
Recording read_withings_json(InputFile& file, const ReadOptions& options);

/// Samsung Health: sample_frequency and chart_data.
bool looks_like_samsung_json(const InputFile& file);
Recording read_samsung_json(InputFile& file, const ReadOptions& options);

}  // namespace liteheart
