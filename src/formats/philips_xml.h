// Philips Sierra ECG XML, document versions 1.03 and 1.04 (1.04.01 too), in UTF-8 or UTF-16: what
// PageWriter carts, HeartStart monitors and TraceMasterVue export.
//
// restingecgdata > waveforms > parsedwaveforms: base64 of 16-bit samples, lead after lead, mostly
// compressed by XLI (see philips_xli.h); the resolution is told in uV. Representative beats
// (repbeats) are not rhythm. The last 0.4 s of every lead may be the cart's calibration: 0.1 s of
// nothing, 0.2 s of 1 mV, 0.1 s of nothing.
#pragma once

#include <string_view>

#include "ecg/recording.h"
#include "formats/input_file.h"

namespace liteheart {

bool looks_like_philips_xml(std::string_view beginning);

/// Reads the rhythm without the calibration pulse, whose absence a warning tells. Throws Error.
Recording read_philips_xml(InputFile& file);

}  // namespace liteheart
