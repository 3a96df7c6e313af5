// From a recording as its file holds it to a network's windows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "deploy/diagnosis.h"
#include "formats/recording_stream.h"
#include "nn/model_card.h"

namespace liteheart {

/// Takes the model's leads out of the recording and cuts it into windows, spread evenly so that all
/// of it is seen; those that the quality gate refuses are left out, which may be all. A recording
/// is read piece by piece: usually half an hour of it is in memory at most, beside the windows.
/// `lead`: what the only lead of a single-lead file is, where its name does not tell, and which
/// lead of several is meant; empty: its own name, or the model's lead with a warning. Throws Error
/// (place: the recording's name) if a lead is not there or is not the model's, or the recording is
/// too short or too slow.
ConditionedRecording condition_recording(RecordingStream& recording, const ModelCard& card,
                                         const std::string& lead);

}  // namespace liteheart
