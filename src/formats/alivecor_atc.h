// ATC, what AliveCor's Kardia devices record: "ALIVE", a version, then blocks of {4 letters,
// length, data, sum of all bytes}. AliveCor's ATC specification 1.7 describes it.
#pragma once

#include <string_view>

#include "ecg/recording.h"
#include "formats/input_file.h"

namespace liteheart {

/// Whether a file that begins so is an ATC file.
bool looks_like_atc(std::string_view beginning);

/// Reads the leads ("ecg " I, "ecg2" to "ecgc" II, III, aVR, aVL, aVF, V1 to V6), the rate and unit
/// ("fmt "), the beats ("ann ": label "Q" unknown, "N", "V", "A", "F", "J", "/") and when and on
/// what it was recorded ("info"). Average beats, motion and what else there is are left out. Sums
/// that do not match, cut blocks and leads of unequal length are warnings, the missing samples NaN.
/// Throws Error where format or leads are missing, or samples are not 16-bit integers.
Recording read_atc(InputFile& file);

}  // namespace liteheart
