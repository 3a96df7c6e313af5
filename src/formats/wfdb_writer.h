// Writes a recording as a WFDB record.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "ecg/recording.h"

namespace liteheart {

enum class WfdbLayout {
  kChallengeMat,  // NAME.mat: MATLAB v4, int16, 1000 units/mV, as the PhysioNet Challenges have it
  kFormat16,      // NAME.dat: int16, each lead with a gain that suits it
  kFlac,          // the same as FLAC (format 516); eight leads a file: NAME.dat, NAME_2.dat, ...
};

/// Writes `folder/NAME.hea` and its signal files, with start, age, sex and diagnoses in the header.
/// NaN becomes -32768. In the Challenge's layout values beyond +-32.767 mV saturate; in the others
/// none does, and at most half a unit is lost of which choose_wfdb_gain says how small it is.
/// Blanks and control characters at a lead's name's ends go, those within become blanks. Every file
/// appears whole (temporary name, then rename), the header last. That leads are estimated stands
/// in it as "#Estimated:", by which a reader warns. Throws Error if the name is none that a header
/// can hold, the recording is empty, or the disk refuses.
void write_wfdb(const Recording& recording, const std::filesystem::path& folder,
                WfdbLayout layout = WfdbLayout::kChallengeMat);

/// A record name made of `name`: letters, digits, '-', '_' and '.' stay, others become '_'.
std::string wfdb_record_name(std::string_view name);

}  // namespace liteheart
