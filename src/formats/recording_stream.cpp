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

Recording read_stretch(RecordingStream& stream, double from_s, double seconds) {
  constexpr std::size_t kBlock = 1 << 14;
  const Recording& about = stream.about();
  const std::size_t leads = about.leads.size();
  const auto sample = [&](double s) {
    return static_cast<std::size_t>(
        std::clamp(std::round(s * about.rate_hz), 0.0, static_cast<double>(about.samples)));
  };
  const std::size_t from = std::min(sample(from_s), about.samples - 1),
                    to = std::max(sample(from_s + seconds), from + 1), samples = to - from;
  std::vector<float> mv(leads * samples, std::numeric_limits<float>::quiet_NaN()),
      block(leads * kBlock);
  for (std::size_t at = 0, got = 0; at < to; at += got) {
    got = stream.read(block.data(), kBlock, std::min(kBlock, to - at));
    if (got == 0) break;
    const std::size_t begin = std::max(at, from);
    for (std::size_t lead = 0; lead < leads && begin < at + got; ++lead) {
      const float* const row = block.data() + lead * kBlock;
      std::copy(row + (begin - at), row + got, mv.data() + lead * samples + (begin - from));
    }
  }
  Recording recording = about;
  recording.samples = samples;
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
