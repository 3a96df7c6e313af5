#include "formats/wfdb_flac_writer.h"

#include <FLAC/stream_encoder.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "ecg/error.h"

namespace liteheart {
namespace {

using Encoder = FLAC__StreamEncoder;

/// What libFLAC has written; it goes back to complete its header.
struct Output {
  std::string bytes;
  std::size_t at = 0;

  static Output& self(void* client) { return *static_cast<Output*>(client); }
  static FLAC__StreamEncoderWriteStatus write(const Encoder*, const FLAC__byte buffer[],
                                              std::size_t count, std::uint32_t, std::uint32_t,
                                              void* client) {
    Output& output = self(client);
    try {
      output.bytes.resize(std::max(output.bytes.size(), output.at + count));
    } catch (const std::bad_alloc&) {
      return FLAC__STREAM_ENCODER_WRITE_STATUS_FATAL_ERROR;
    }
    std::copy_n(buffer, count, output.bytes.begin() + static_cast<std::ptrdiff_t>(output.at));
    output.at += count;
    return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
  }
  static FLAC__StreamEncoderSeekStatus seek(const Encoder*, FLAC__uint64 to, void* client) {
    if (to > self(client).bytes.size()) return FLAC__STREAM_ENCODER_SEEK_STATUS_ERROR;
    self(client).at = to;
    return FLAC__STREAM_ENCODER_SEEK_STATUS_OK;
  }
  static FLAC__StreamEncoderTellStatus tell(const Encoder*, FLAC__uint64* at, void* client) {
    *at = self(client).at;
    return FLAC__STREAM_ENCODER_TELL_STATUS_OK;
  }
};

}  // namespace

std::string flac_stream(std::span<const std::int16_t> samples, std::size_t channels, double rate_hz,
                        const std::string& place) {
  const std::unique_ptr<Encoder, decltype(&FLAC__stream_encoder_delete)> encoder(
      FLAC__stream_encoder_new(), FLAC__stream_encoder_delete);
  if (!encoder) throw std::bad_alloc();
  const auto check = [&](bool done) {
    if (done) return;
    throw Error(place, std::string("libFLAC refuses: ") +
                           FLAC__stream_encoder_get_resolved_state_string(encoder.get()));
  };
  constexpr double kHighestRate = 655350;
  constexpr unsigned kBits = 16, kLevel = 5;
  Output output;
  FLAC__stream_encoder_set_streamable_subset(encoder.get(), false);  // any rate
  FLAC__stream_encoder_set_channels(encoder.get(), static_cast<unsigned>(channels));
  FLAC__stream_encoder_set_bits_per_sample(encoder.get(), kBits);
  FLAC__stream_encoder_set_sample_rate(
      encoder.get(), static_cast<unsigned>(std::clamp(std::round(rate_hz), 1.0, kHighestRate)));
  FLAC__stream_encoder_set_compression_level(encoder.get(), kLevel);
  FLAC__stream_encoder_set_total_samples_estimate(encoder.get(), samples.size() / channels);
  check(FLAC__stream_encoder_init_stream(encoder.get(), Output::write, Output::seek, Output::tell,
                                         nullptr, &output) == FLAC__STREAM_ENCODER_INIT_STATUS_OK);
  constexpr std::size_t kFrames = 4096;
  std::vector<std::int32_t> piece;
  for (std::size_t at = 0; at < samples.size(); at += piece.size()) {
    const auto part = samples.subspan(at, std::min(kFrames * channels, samples.size() - at));
    piece.assign(part.begin(), part.end());
    check(FLAC__stream_encoder_process_interleaved(encoder.get(), piece.data(),
                                                   static_cast<unsigned>(part.size() / channels)));
  }
  check(FLAC__stream_encoder_finish(encoder.get()));
  return std::move(output.bytes);
}

}  // namespace liteheart
