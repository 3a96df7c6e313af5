#include "formats/wfdb_flac.h"

#include <FLAC/stream_decoder.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "ecg/error.h"
#include "formats/wfdb_samples.h"

namespace liteheart {
namespace {

using Decoder = FLAC__StreamDecoder;

/// Samples of all channels, one channel after another.
struct Block {
  std::uint64_t begin = 0;
  std::size_t count = 0;
  std::vector<std::int32_t> values;

  std::uint64_t end() const { return begin + count; }
};

/// A FLAC stream within a file. libFLAC calls back; nothing is thrown through it.
class FlacStream {
 public:
  FlacStream(const InputFile& file, std::uint64_t offset)
      : file_(file), offset_(std::min(offset, file.size())), decoder_(FLAC__stream_decoder_new()) {
    if (!decoder_) throw std::bad_alloc();
    if (FLAC__stream_decoder_init_stream(decoder_.get(), read, seek, tell, length, at_end, write,
                                         metadata, error,
                                         this) != FLAC__STREAM_DECODER_INIT_STATUS_OK)
      throw Error(file.place(), "libFLAC does not start", "report it");
    FLAC__stream_decoder_process_until_end_of_metadata(decoder_.get());
    fail_as_disk_did();
  }
  FlacStream(const FlacStream&) = delete;
  FlacStream& operator=(const FlacStream&) = delete;

  const std::optional<FLAC__StreamMetadata_StreamInfo>& info() const { return info_; }

  /// Decodes the next frame that is whole; nullptr at the end.
  Block* next() {
    block_.count = 0;
    while (block_.count == 0) {
      const bool running = FLAC__stream_decoder_process_single(decoder_.get());
      fail_as_disk_did();
      const auto state = FLAC__stream_decoder_get_state(decoder_.get());
      if (block_.count == 0 && (!running || state == FLAC__STREAM_DECODER_END_OF_STREAM ||
                                state == FLAC__STREAM_DECODER_ABORTED))
        return nullptr;
    }
    return &block_;
  }

  /// Whether sample `at` can be decoded.
  bool reaches(std::uint64_t at) {
    block_.count = 0;
    const bool found = FLAC__stream_decoder_seek_absolute(decoder_.get(), at);
    fail_as_disk_did();
    return found && block_.count > 0;
  }

 private:
  struct Delete {
    void operator()(Decoder* decoder) const { FLAC__stream_decoder_delete(decoder); }
  };
  static FlacStream& self(void* client) { return *static_cast<FlacStream*>(client); }

  std::uint64_t size() const { return file_.size() - offset_; }

  static FLAC__StreamDecoderReadStatus read(const Decoder*, FLAC__byte buffer[], std::size_t* bytes,
                                            void* client) {
    FlacStream& stream = self(client);
    try {
      *bytes = stream.file_.read_at(stream.offset_ + stream.at_, {buffer, *bytes});
    } catch (const Error& failed) {
      stream.disk_ = failed;
      return FLAC__STREAM_DECODER_READ_STATUS_ABORT;
    }
    stream.at_ += *bytes;
    return *bytes > 0 ? FLAC__STREAM_DECODER_READ_STATUS_CONTINUE
                      : FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
  }
  static FLAC__StreamDecoderSeekStatus seek(const Decoder*, FLAC__uint64 to, void* client) {
    if (to > self(client).size()) return FLAC__STREAM_DECODER_SEEK_STATUS_ERROR;
    self(client).at_ = to;
    return FLAC__STREAM_DECODER_SEEK_STATUS_OK;
  }
  static FLAC__StreamDecoderTellStatus tell(const Decoder*, FLAC__uint64* at, void* client) {
    *at = self(client).at_;
    return FLAC__STREAM_DECODER_TELL_STATUS_OK;
  }
  static FLAC__StreamDecoderLengthStatus length(const Decoder*, FLAC__uint64* size, void* client) {
    *size = self(client).size();
    return FLAC__STREAM_DECODER_LENGTH_STATUS_OK;
  }
  static FLAC__bool at_end(const Decoder*, void* client) {
    return self(client).at_ >= self(client).size();
  }
  static FLAC__StreamDecoderWriteStatus write(const Decoder*, const FLAC__Frame* frame,
                                              const FLAC__int32* const buffer[], void* client) {
    FlacStream& stream = self(client);
    const std::size_t samples = frame->header.blocksize;
    if (!stream.info_ || frame->header.channels != stream.info_->channels)
      return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
    // After an error libFLAC 1.4.2 gives frames whose checksum is wrong as zeros, and the beginning
    // of the good one after them too.
    if (stream.failed_) {
      stream.failed_ = all_zero(buffer, frame->header.channels, samples);
      return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
    }
    Block& block = stream.block_;
    try {
      block.values.resize(samples * frame->header.channels);
    } catch (const std::bad_alloc&) {
      return FLAC__STREAM_DECODER_WRITE_STATUS_ABORT;
    }
    for (std::size_t channel = 0; channel < frame->header.channels; ++channel)
      std::copy_n(buffer[channel], samples, block.values.data() + channel * samples);
    block.begin = frame->header.number.sample_number;
    block.count = samples;
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
  }
  static void metadata(const Decoder*, const FLAC__StreamMetadata* block, void* client) {
    if (block->type == FLAC__METADATA_TYPE_STREAMINFO) self(client).info_ = block->data.stream_info;
  }
  static void error(const Decoder*, FLAC__StreamDecoderErrorStatus, void* client) {
    self(client).failed_ = true;
  }
  static bool all_zero(const FLAC__int32* const buffer[], std::size_t channels,
                       std::size_t samples) {
    return std::all_of(buffer, buffer + channels, [&](const FLAC__int32* channel) {
      return std::all_of(channel, channel + samples, [](FLAC__int32 value) { return value == 0; });
    });
  }

  void fail_as_disk_did() const {
    if (disk_) throw Error(*disk_);
  }

  const InputFile& file_;
  const std::uint64_t offset_;
  std::uint64_t at_ = 0;
  std::optional<FLAC__StreamMetadata_StreamInfo> info_;
  std::optional<Error> disk_;
  bool failed_ = false;  // so that the next frame is not to be trusted
  Block block_;
  std::unique_ptr<Decoder, Delete> decoder_;
};

/// A constant signal at the highest compression takes 800 to 1400 samples to a byte.
constexpr std::uint64_t kMostSamplesPerByte = 2048;

class FlacSignalFile final : public WfdbSignalFile {
 public:
  FlacSignalFile(InputFile file, const std::vector<const WfdbSignal*>& signals,
                 const std::string& place)
      : file_(std::move(file)), offset_(signals.front()->byte_offset) {
    const WfdbSignal& first = *signals.front();
    const std::string line = wfdb_line(place, first);
    const int bits = wfdb_flac_bits(first.format);
    missing_ = -(1 << (bits - 1));
    in_24_bits_ = true;
    stream_ = std::make_unique<FlacStream>(file_, offset_);
    const auto& info = stream_->info();
    if (!info) {
      throw Error(line, fmt::format("{} is no FLAC stream", first.file),
                  "correct the format in the header, or get a whole copy of the file");
    }
    channels_ = info->channels;
    if (channels_ != signals.size()) {
      throw Error(line,
                  fmt::format("{} holds {} signals, the header describes {}", first.file, channels_,
                              signals.size()),
                  "name the signal file that belongs to the header");
    }
    if (static_cast<int>(info->bits_per_sample) > bits) {
      throw Error(line,
                  fmt::format("{} has samples of {} bits, format {} has {}", first.file,
                              info->bits_per_sample, first.format, bits),
                  "correct the format in the header");
    }
    total_ = info->total_samples;
    if (total_ > file_.size() * kMostSamplesPerByte / channels_) {
      throw Error(line,
                  fmt::format("{} claims {} samples in {} bytes", first.file, total_, file_.size()),
                  "the file is damaged; get a whole copy of it");
    }
    if (total_ == 0 || !stream_->reaches(total_ - 1)) total_ = decodable();
    stream_ = std::make_unique<FlacStream>(file_, offset_);
    frames_ = total_ / static_cast<unsigned>(first.samples_per_frame);
  }

  std::size_t load(std::uint64_t at) override {
    while (at >= block_.end()) {
      if (!next_) next_ = stream_->next();
      if (next_ && next_->end() <= at) {
        next_ = nullptr;
      } else if (next_ && next_->begin <= at) {
        std::swap(block_, *next_);
        next_ = nullptr;
      } else {
        skip_lost(at, next_ ? next_->begin : total_);
      }
    }
    return static_cast<std::size_t>(block_.end() - at);
  }

  WfdbRun samples(std::size_t signal, std::uint64_t at) const override {
    WfdbRun run;
    run.wide = block_.values.data() + signal * block_.count + (at - block_.begin);
    return run;
  }

  std::uint64_t lost() const override { return lost_; }

 private:
  /// How many samples there are up to the last that can be decoded.
  std::uint64_t decodable() {
    FlacStream all(file_, offset_);
    const std::uint64_t most = file_.size() * kMostSamplesPerByte / channels_;
    std::uint64_t end = 0;
    while (const Block* block = all.next()) {
      if (block->end() > most) break;
      end = std::max(end, block->end());
    }
    return end;
  }

  void skip_lost(std::uint64_t at, std::uint64_t end) {
    constexpr std::uint64_t kPiece = 4096;
    block_.begin = at;
    block_.count = static_cast<std::size_t>(
        std::clamp<std::uint64_t>(std::min(end, total_) - std::min(at, end), 1, kPiece));
    block_.values.assign(block_.count * channels_, missing_);
    lost_ += block_.count;
  }

  const InputFile file_;
  const std::uint64_t offset_;
  std::unique_ptr<FlacStream> stream_;
  std::size_t channels_ = 0;
  std::uint64_t total_ = 0, lost_ = 0;  // samples of a channel
  Block block_;
  Block* next_ = nullptr;  // decoded, but behind block_
};

}  // namespace

std::unique_ptr<WfdbSignalFile> open_wfdb_flac(InputFile file,
                                               const std::vector<const WfdbSignal*>& signals,
                                               const std::string& place) {
  for (const WfdbSignal* signal : signals) {
    if (signal->samples_per_frame == signals.front()->samples_per_frame) continue;
    throw Error(wfdb_line(place, *signal),
                fmt::format("samples per frame of {} differ from line {}", signal->file,
                            signals.front()->line),
                "signals of one FLAC file share one rate");
  }
  return std::make_unique<FlacSignalFile>(std::move(file), signals, place);
}

}  // namespace liteheart
