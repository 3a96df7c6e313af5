// The ECG that Apple's Health app exports from a watch, in the language of the phone: lines
// "key,value", then "Lead,Lead I" and "Unit,µV", then one value a line. Keys, units, classification
// and decimal mark are localized, so that the lines are told by their form: a date with its zone, a
// rate behind it, and numbers alone on their lines.
#pragma once

#include "ecg/recording.h"
#include "formats/input_file.h"
#include "formats/read_options.h"

namespace liteheart {

bool looks_like_apple_watch(const InputFile& file);

/// Reads it. A comma among the values is a decimal mark. Throws Error where it holds no values, or
/// more than a twentieth of them are no numbers.
Recording read_apple_watch(InputFile& file, const ReadOptions& options);

}  // namespace liteheart
