// ECGs that wearables' exports put into one cell of a table of readings.
#pragma once

#include "ecg/recording.h"
#include "formats/input_file.h"
#include "formats/read_options.h"

namespace liteheart {

/// Withings' signal.csv: "date,type,frequency,duration,wearposition,signal,...", a row a reading,
/// samples as "[1,2,3]".
bool looks_like_withings_csv(const InputFile& file);
Recording read_withings_csv(InputFile& file, const ReadOptions& options);

/// Samsung Health's com.samsung.health.ecg.*.csv: a line of its own name, names of columns
/// (sample_frequency, chart_data among them), a row a reading.
bool looks_like_samsung_csv(const InputFile& file);
Recording read_samsung_csv(InputFile& file, const ReadOptions& options);

}  // namespace liteheart
