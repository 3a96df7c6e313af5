// A recording read piece by piece, so that a day of it need not fit into memory.
#pragma once

#include <cstddef>

#include "ecg/recording.h"

namespace liteheart {

class RecordingStream {
 public:
  virtual ~RecordingStream() = default;

  /// All but the samples: mv is empty. Warnings that only the samples tell are there once all are
  /// read.
  const Recording& about() const { return about_; }
  /// The next samples of every lead, at most `samples`, to out[lead * stride + t] (mV, NaN where
  /// missing). Returns how many; less than `samples` only at the end, where all about().samples
  /// have been given. Throws Error if the disk fails.
  virtual std::size_t read(float* out, std::size_t stride, std::size_t samples) = 0;

 protected:
  RecordingStream() = default;
  Recording about_;
};

/// The whole recording of a stream of which nothing has been read yet.
Recording read_whole(RecordingStream& stream);

/// A part of a stream of which nothing has been read yet: `seconds` from from_s on, or as much of
/// that as there is; at least a sample.
Recording read_stretch(RecordingStream& stream, double from_s, double seconds);

/// Streams a recording that is in memory.
class WholeRecording final : public RecordingStream {
 public:
  explicit WholeRecording(Recording recording);
  std::size_t read(float* out, std::size_t stride, std::size_t samples) override;

 private:
  std::vector<float> mv_;
  std::size_t at_ = 0;
};

}  // namespace liteheart
