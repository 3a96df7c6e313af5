#include "formats/wfdb_signal_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "ecg/error.h"
#include "formats/wfdb_flac.h"
#include "formats/wfdb_samples.h"

namespace liteheart {
namespace {

static_assert(std::endian::native == std::endian::little, "format 16 is read as it lies");

/// Frames of interleaved samples, in any format but FLAC.
class PlainSignalFile final : public WfdbSignalFile {
 public:
  PlainSignalFile(InputFile file, const WfdbSampleFormat& format,
                  const std::vector<const WfdbSignal*>& signals, int samples_per_frame)
      : file_(std::move(file)),
        format_(format),
        offset_(std::min<std::uint64_t>(signals.front()->byte_offset, file_.size())),
        run_(static_cast<std::size_t>(samples_per_frame)) {
    for (const WfdbSignal* signal : signals) {
      signals_.push_back({frame_, static_cast<std::size_t>(signal->samples_per_frame),
                          static_cast<std::uint32_t>(signal->initial)});
      frame_ += signals_.back().samples;
    }
    frames_ = format.samples_in(file_.size() - offset_) / frame_;
    missing_ = format.missing;
    in_24_bits_ = format.wide == nullptr || format.code == 24;
  }

  std::size_t load(std::uint64_t at) override {
    const std::uint64_t frame = at / run_;
    if (format_.differences) {
      while (frame >= first_ + count_) read_block(first_ + count_);
    } else if (frame >= first_ + count_) {
      read_block(frame);
    }
    return static_cast<std::size_t>((first_ + count_) * run_ - at);
  }

  WfdbRun samples(std::size_t signal, std::uint64_t at) const override {
    const std::size_t from =
        static_cast<std::size_t>(at / run_ - first_) * frame_ + signals_[signal].place + skip_;
    WfdbRun run{nullptr, nullptr, static_cast<std::size_t>(at % run_), run_, frame_};
    if (wide_.empty())
      run.narrow = narrow_.data() + from;
    else
      run.wide = wide_.data() + from;
    return run;
  }

 private:
  struct Signal {
    std::size_t place, samples;  // in a frame
    std::uint32_t last;          // where samples are differences: the sum up to here
  };

  /// Reads the block of frames from `frame` on. Groups that begin before it are read too.
  void read_block(std::uint64_t frame) {
    constexpr std::size_t kBlockSamples = 32768;
    first_ = frame;
    count_ = static_cast<std::size_t>(
        std::min<std::uint64_t>(std::max<std::size_t>(1, kBlockSamples / frame_), frames_ - frame));
    const std::uint64_t sample = frame * frame_;
    skip_ = static_cast<std::size_t>(sample % format_.group_samples);
    const std::size_t groups =
        (skip_ + count_ * frame_ + format_.group_samples - 1) / format_.group_samples;
    const std::uint64_t from = offset_ + sample / format_.group_samples * format_.group_bytes;
    const std::size_t unpacked = groups * format_.group_samples;
    if (!format_.narrow && !format_.wide) {
      narrow_.resize(unpacked);
      read(from, {reinterpret_cast<std::uint8_t*>(narrow_.data()), 2 * unpacked});
      return;
    }
    bytes_.resize(groups * format_.group_bytes);
    read(from, bytes_);
    if (format_.narrow) {
      narrow_.resize(unpacked);
      format_.narrow(bytes_.data(), groups, narrow_.data());
    } else {
      wide_.resize(unpacked);
      format_.wide(bytes_.data(), groups, wide_.data());
      if (format_.differences) add_up();
    }
  }

  /// The last group of the file may be unfinished; what it lacks is not asked for.
  void read(std::uint64_t from, std::span<std::uint8_t> out) const {
    const std::size_t got = file_.read_at(from, out);
    if (got < std::min<std::uint64_t>(out.size(), file_.size() - from)) {
      throw Error(fmt::format("{} byte {}", file_.place(), from + got),
                  "the file became shorter while it was read", "read it again when it is whole");
    }
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(got), out.end(), 0);
  }

  void add_up() {
    for (Signal& signal : signals_) {
      for (std::size_t t = 0; t < count_; ++t) {
        std::int32_t* const sample = wide_.data() + t * frame_ + signal.place;
        for (std::size_t k = 0; k < signal.samples; ++k) {
          signal.last += static_cast<std::uint32_t>(sample[k]);
          sample[k] = static_cast<std::int32_t>(signal.last);
        }
      }
    }
  }

  const InputFile file_;
  const WfdbSampleFormat& format_;
  const std::uint64_t offset_;
  const std::size_t run_;
  std::vector<Signal> signals_;
  std::size_t frame_ = 0;             // samples in a frame
  std::uint64_t first_ = 0;           // frame of the block
  std::size_t count_ = 0, skip_ = 0;  // frames in it, samples before it
  std::vector<std::uint8_t> bytes_;   // packed
  std::vector<std::int16_t> narrow_;  // unpacked: one of these
  std::vector<std::int32_t> wide_;
};

void check_alike(const std::vector<const WfdbSignal*>& signals, const std::string& place) {
  const WfdbSignal& first = *signals.front();
  for (const WfdbSignal* signal : signals) {
    if (signal->format == first.format &&
        (signal->byte_offset == first.byte_offset || signal->byte_offset == 0))
      continue;
    throw Error(
        wfdb_line(place, *signal),
        fmt::format("format or offset of {} differs from line {}", signal->file, first.line),
        "signals of one file share one format");
  }
}

}  // namespace

std::string wfdb_line(const std::string& place, const WfdbSignal& signal) {
  return fmt::format("{} line {}", place, signal.line);
}

std::unique_ptr<WfdbSignalFile> open_wfdb_signal_file(InputFile file,
                                                      const std::vector<const WfdbSignal*>& signals,
                                                      int samples_per_frame,
                                                      const std::string& place) {
  check_alike(signals, place);
  const WfdbSignal& first = *signals.front();
  if (file.beginning().starts_with("MATLAB")) {
    throw Error(wfdb_line(place, first),
                fmt::format("{} is a MATLAB file of version 5 or later", first.file),
                "save it with version 4 (save -v4), as the Challenges do");
  }
  if (wfdb_flac_bits(first.format) != 0) return open_wfdb_flac(std::move(file), signals, place);
  return std::make_unique<PlainSignalFile>(
      std::move(file), wfdb_sample_format(first.format, wfdb_line(place, first)), signals,
      samples_per_frame);
}

}  // namespace liteheart
