#include "formats/wfdb_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "formats/wfdb_amplitude.h"

namespace liteheart {

WfdbStream::WfdbStream(const WfdbHeader& header, WfdbPlan plan, Recording about)
    : plan_(std::move(plan)) {
  about_ = std::move(about);
  about_.rate_hz = plan_.rate_hz;
  about_.samples = static_cast<std::size_t>(plan_.samples());
  about_.leads = plan_.leads;
  about_.warnings.insert(about_.warnings.end(), plan_.warnings.begin(), plan_.warnings.end());
  decoder_ = std::move(plan_.opened);
  judge_amplitude(header);
}

void WfdbStream::judge_amplitude(const WfdbHeader& header) {
  constexpr double kSeconds = 120;
  constexpr std::size_t kMostValues = 1 << 20;
  const std::size_t leads = about_.leads.size();
  head_samples_ = std::min({about_.samples, static_cast<std::size_t>(kSeconds * about_.rate_hz) + 1,
                            kMostValues / leads});
  head_.resize(leads * head_samples_);
  decode(head_.data(), head_samples_, head_samples_);
  AmplitudeDoubt doubt = doubt_amplitude(header, {head_, leads});
  factor_ = doubt.factor;
  if (factor_ != 1) {
    for (float& value : head_) value *= static_cast<float>(factor_);
    if (decoder_) decoder_->scale(factor_);
  }
  for (std::string& warning : doubt.warnings) about_.warnings.push_back(std::move(warning));
}

std::size_t WfdbStream::read(float* out, std::size_t stride, std::size_t samples) {
  const std::size_t count = std::min(samples, about_.samples - at_);
  std::size_t done = 0;
  if (at_ < head_samples_) {
    done = std::min(count, head_samples_ - at_);
    for (std::size_t lead = 0; lead < about_.leads.size(); ++lead)
      std::copy_n(head_.data() + lead * head_samples_ + at_, done, out + lead * stride);
    if (at_ + done == head_samples_) head_ = {};
  }
  decode(out + done, stride, count - done);
  at_ += count;
  return count;
}

void WfdbStream::decode(float* out, std::size_t stride, std::size_t samples) {
  for (std::size_t done = 0; done < samples;) {
    const WfdbPart& part = plan_.parts[part_];
    const auto here =
        static_cast<std::size_t>(std::min<std::uint64_t>(samples - done, part.samples - in_part_));
    if (part.segment) {
      if (!decoder_) {
        decoder_ = part.segment->open(plan_.samples_per_frame);
        decoder_->scale(factor_);
      }
      decoder_->read(out + done, stride, here);
    } else {
      for (std::size_t lead = 0; lead < about_.leads.size(); ++lead) {
        std::fill_n(out + lead * stride + done, here, std::numeric_limits<float>::quiet_NaN());
      }
    }
    done += here;
    in_part_ += here;
    if (in_part_ == part.samples) close_part();
  }
}

void WfdbStream::close_part() {
  if (decoder_) {
    constexpr std::size_t kMostWarnings = 64;
    auto& told = about_.warnings;
    for (std::string warning : decoder_->warnings()) {
      if (plan_.parts.size() > 1)
        warning = fmt::format("{}: {}", plan_.parts[part_].segment->place, warning);
      if (told.size() < kMostWarnings && std::find(told.begin(), told.end(), warning) == told.end())
        told.push_back(std::move(warning));
    }
  }
  decoder_.reset();
  ++part_;
  in_part_ = 0;
}

}  // namespace liteheart
