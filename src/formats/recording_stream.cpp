#include "formats/recording_stream.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace liteheart {

Recording read_whole(RecordingStream& stream) {
  const std::size_t leads = stream.about().leads.size(), samples = stream.about().samples;
  std::vector<float> mv(leads * samples);
  stream.read(mv.data(), samples, samples);
  Recording recording = stream.about();
  recording.mv = std::move(mv);
  return recording;
}

WholeRecording::WholeRecording(Recording recording) {
  for (float& mv : recording.mv)
    if (!std::isfinite(mv)) mv = std::numeric_limits<float>::quiet_NaN();
  mv_ = std::move(recording.mv);
  recording.mv.clear();
  about_ = std::move(recording);
}

std::size_t WholeRecording::read(float* out, std::size_t stride, std::size_t samples) {
  const std::size_t count = std::min(samples, about_.samples - at_);
  for (std::size_t lead = 0; lead < about_.leads.size(); ++lead) {
    const float* const from = mv_.data() + lead * about_.samples + at_;
    std::copy(from, from + count, out + lead * stride);
  }
  at_ += count;
  return count;
}

}  // namespace liteheart
