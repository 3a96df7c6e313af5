// One multiplex group of a DICOM waveform: its channels and samples.
#pragma once

#include <string>

#include "ecg/recording.h"
#include "formats/dicom_dataset.h"
#include "formats/read_options.h"

namespace liteheart {

/// What tells groups apart before their samples are looked at.
struct DicomGroup {
  DicomItem item;
  std::size_t number = 1;  // as users count them
  std::string label, originality;
  std::size_t channels = 0, samples = 0;
  double rate_hz = 0;  // 0: not a rate

  double seconds() const { return rate_hz > 0 ? static_cast<double>(samples) / rate_hz : 0; }
};

DicomGroup dicom_group(DicomItem item, std::size_t number);

/// Fills rate, samples, leads and mv of `recording`. Throws Error at `place`.
void read_dicom_group(const DicomGroup& group, const std::string& place, const ReadOptions& options,
                      std::size_t file_size, Recording& recording);

}  // namespace liteheart
