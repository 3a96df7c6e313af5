// A WFDB record, piece by piece: one stretch of signal files after another.
#pragma once

#include <memory>
#include <vector>

#include "formats/recording_stream.h"
#include "formats/wfdb_plan.h"

namespace liteheart {

/// Holds a block of each signal file, and until they are read the first two minutes (at most a
/// million values), by which the amplitudes are judged (see wfdb_amplitude.h).
class WfdbStream final : public RecordingStream {
 public:
  /// `about` is all but what the plan tells. Throws Error.
  WfdbStream(const WfdbHeader& header, WfdbPlan plan, Recording about);

  std::size_t read(float* out, std::size_t stride, std::size_t samples) override;

 private:
  void judge_amplitude(const WfdbHeader& header);
  void decode(float* out, std::size_t stride, std::size_t samples);
  void close_part();

  WfdbPlan plan_;
  std::unique_ptr<WfdbDecoder> decoder_;  // of the part being read
  std::size_t part_ = 0;
  std::uint64_t in_part_ = 0;  // samples of it that have been read
  double factor_ = 1;
  std::vector<float> head_;  // [lead, head_samples_]: decoded before it was asked for
  std::size_t head_samples_ = 0;
  std::size_t at_ = 0;
};

}  // namespace liteheart
