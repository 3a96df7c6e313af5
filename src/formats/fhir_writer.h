// Writes a recording as a FHIR R4 Observation.
#pragma once

#include <filesystem>
#include <string>

#include "ecg/recording.h"

namespace liteheart {

/// The Observation in JSON: status preliminary (nobody has verified it), code MDC 131328, category
/// procedure, a component a lead with its MDC code (or its name where it has none) and SampledData:
/// whole numbers of a step in uV (as write_dicom chooses it), E where a sample is missing. Patient
/// facts that are known stand in a contained Patient; an age has no place there and is lost.
/// Statements are interpretations; a note says that research software wrote it. FHIR wants a time
/// zone with a time: a start without one is written as its date, the local time in a note.
/// Throws Error if the recording has no leads, samples or rate.
std::string fhir_observation(const Recording& recording);
/// Writes it to `file`, which appears whole. Throws Error, also if the disk refuses.
void write_fhir(const Recording& recording, const std::filesystem::path& file);

}  // namespace liteheart
