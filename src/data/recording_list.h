// Which recordings a data set is made of, and what the tables beside them say.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "formats/recording_source.h"

namespace liteheart {

struct ListedRecording {
  std::string path;  // not a filesystem::path, which takes ten times the memory
  RecordRow row;     // record, centre, patient, fold, age and sex are set
  bool patient_known = false;
  std::vector<std::string> statements;  // the table's diagnoses, for headers that have none
};

struct RecordingList {
  std::vector<ListedRecording> recordings;  // source by source, each sorted by path
  std::size_t doubles = 0;  // left out: PTB-XL keeps each recording at 100 and at 500 Hz
};

/// All recordings under the sources, each once. A centre is the folder of the table that lists its
/// recordings, otherwise the source. Where PTB-XL's two rates are both there, the one at 100 Hz is
/// taken for a network of up to 100 Hz, else the one at 500 Hz. Throws Error if a source
/// holds nothing or a table is damaged.
RecordingList list_recordings(std::span<const RecordingSource> sources, double rate_hz);

}  // namespace liteheart
