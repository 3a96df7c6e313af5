// HL7 annotated ECG (AnnotatedECG, release 1 of 2003/2004, namespace urn:hl7-org:v3), the FDA's
// format for trials. Facts: the schema PORT_MT020001 and the implementation guide of 2005.
//
// AnnotatedECG > component > series (RHYTHM) > component > sequenceSet > component > sequence: one
// sequence tells the time (GLIST_TS or GLIST_PQ: head and increment), each other one a lead
// (SLIST_PQ or SLIST_INT: value = origin + scale x digit).
#pragma once

#include <string_view>

#include "ecg/recording.h"
#include "formats/input_file.h"
#include "formats/read_options.h"

namespace liteheart {

bool looks_like_hl7_aecg(std::string_view beginning);

/// Reads the first rhythm series; sequence sets that begin at different times are put where they
/// belong. A derived rhythm is read where there is no other, representative beats never.
/// `options` stand in for a rate or unit that the file lacks. Throws Error.
Recording read_hl7_aecg(InputFile& file, const ReadOptions& options);

}  // namespace liteheart
