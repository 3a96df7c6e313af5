// DICOM ECG waveforms: 12-lead, general and ambulatory ECG storage.
#pragma once

#include "ecg/recording.h"
#include "formats/input_file.h"
#include "formats/read_options.h"

namespace liteheart {

/// Reads the rhythm of a DICOM ECG (PS3.3 C.10.9 Waveform, C.10.10 Annotation): of several
/// multiplex groups the one labelled RHYTHM, original before derived, then the longest; what is
/// left out is a warning. mV = (raw x sensitivity x correction + baseline) x unit. Channels that
/// are no voltage are left out with a warning; padding values are NaN; sample skew is taken out to
/// the nearest sample; annotations that are text are statements, measured values are not.
/// options.unit: of samples whose channel says no sensitivity.
/// Throws Error for other SOP classes, which it names, for sample kinds it does not know and where
/// no sample is left.
Recording read_dicom(InputFile& file, const ReadOptions& options);

}  // namespace liteheart
