// ECGs in FHIR: an Observation whose values are SampledData (R4, R4B, R5; JSON).
#pragma once

#include <string_view>

#include "ecg/recording.h"
#include "formats/input_file.h"
#include "formats/read_options.h"

namespace liteheart {

/// Whether a file that begins so is a FHIR resource in JSON.
bool looks_like_fhir(std::string_view beginning);

/// Reads an Observation, or the first ECG Observation of a Bundle (more are a warning). An
/// Observation is an ECG by its codes (MDC 131328 and the leads behind it, LOINC 11524-6), by "ECG"
/// in its texts, or because its samples are voltages. Each component with valueSampledData is a
/// lead, or the Observation's own value. mV = (data x factor + origin) x unit of the origin, or of
/// options.unit where it has none. E (error) is NaN; so are U and L (above, below the limits of
/// detection), counted in a warning: their values are not known. Of leads of several rates those of
/// most samples are read; shorter ones are filled with NaN.
/// Throws Error for other resources, without samples, period or unit, and for R5's offsets.
Recording read_fhir(InputFile& file, const ReadOptions& options);

/// What write_fhir notes, and read_fhir does not take for statements. The second is the time of a
/// start without time zone, to which read_fhir gives it back.
inline constexpr std::string_view kFhirResearchNote =
    "Written by LiteHeart, research software. Not for diagnosis.";
inline constexpr std::string_view kFhirLocalTimeNote = "Local time, zone unknown: ";

}  // namespace liteheart
