#include "formats/wfdb_decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "ecg/error.h"
#include "ecg/leads.h"
#include "ecg/units.h"
#include "formats/wfdb_amplitude.h"
#include "formats/wfdb_samples.h"

namespace liteheart {
namespace {

std::string line_of(const std::string& place, const WfdbSignal& signal) {
  return fmt::format("{} line {}", place, signal.line);
}

/// One signal on its way into Recording::mv.
struct Column {
  const WfdbSignal* signal;
  std::size_t in_frame;        // position among the signals of its file
  std::span<float> out;        // empty if the signal is left out
  double mv_per_unit = 0;      // of the ADC
  std::uint16_t checksum = 0;  // of all samples seen
  std::int32_t low = std::numeric_limits<std::int32_t>::max();
  std::int32_t high = std::numeric_limits<std::int32_t>::min();

  double range_mv() const {
    return low > high ? 0 : (static_cast<double>(high) - low) * std::abs(mv_per_unit);
  }
};

/// The signals that share a file: their samples alternate, one of each a frame.
struct SignalFile {
  std::string name;
  const WfdbSampleFormat* format;
  std::optional<InputFile> file;
  std::span<const std::uint8_t> samples;  // bytes behind the offset
  std::vector<Column> columns;

  std::size_t frames() const { return format->samples_in(samples.size()) / columns.size(); }
};

class Decoder {
 public:
  Decoder(const WfdbHeader& header, const std::string& place) : header_(header), place_(place) {}

  Recording decode(const WfdbSignalSource& source) {
    recording_.rate_hz = header_.rate_hz;
    group_signals();
    for (SignalFile& file : files_) load(file, source);
    choose_length();
    name_leads();
    for (SignalFile& file : files_) unpack(file);
    std::vector<double> ranges;
    for (const SignalFile& file : files_) {
      for (const Column& column : file.columns) {
        check_sum(column);
        if (!column.out.empty()) ranges.push_back(column.range_mv());
      }
    }
    check_amplitude(header_, ranges, recording_);
    return std::move(recording_);
  }

 private:
  void group_signals() {
    for (const WfdbSignal& signal : header_.signals) {
      check_file_name(signal);
      if (signal.samples_per_frame != 1) {
        throw Error(
            line_of(place_, signal),
            fmt::format("{} samples per frame are not supported yet", signal.samples_per_frame),
            "convert the record so that all signals share one rate");
      }
      const auto same_file = std::find_if(
          files_.begin(), files_.end(), [&](const auto& file) { return file.name == signal.file; });
      if (same_file == files_.end()) {
        const auto& format = wfdb_sample_format(signal.format, line_of(place_, signal));
        files_.push_back({signal.file, &format, {}, {}, {{&signal, 0, {}}}});
        continue;
      }
      const WfdbSignal& first = *same_file->columns.front().signal;
      if (signal.format != first.format ||
          (signal.byte_offset != first.byte_offset && signal.byte_offset != 0)) {
        throw Error(
            line_of(place_, signal),
            fmt::format("format or offset of {} differs from line {}", signal.file, first.line),
            "signals of one file share one format");
      }
      same_file->columns.push_back({&signal, same_file->columns.size(), {}});
    }
  }

  void check_file_name(const WfdbSignal& signal) const {
    if (signal.file == "~") {
      throw Error(line_of(place_, signal), "the signal has no file",
                  "this header only lays out a multi-segment record; read the record's own");
    }
    const std::filesystem::path name(signal.file);
    if (signal.file == "-" || signal.file.find('\0') != std::string::npos || name.is_absolute() ||
        std::find(name.begin(), name.end(), "..") != name.end()) {
      throw Error(line_of(place_, signal),
                  fmt::format("signal file '{}' does not lie beside the header", signal.file),
                  "name a file in the header's folder");
    }
  }

  void load(SignalFile& file, const WfdbSignalSource& source) const {
    const WfdbSignal& first = *file.columns.front().signal;
    try {
      file.file = source(file.name);
    } catch (const Error& error) {
      throw Error(line_of(place_, first),
                  fmt::format("signal file {}: {}", file.name, error.problem()),
                  "put the signal file beside its header");
    }
    if (file.file->beginning().starts_with("MATLAB")) {
      throw Error(line_of(place_, first),
                  fmt::format("{} is a MATLAB file of version 5 or later", file.name),
                  "save it with version 4 (save -v4), as the Challenges do");
    }
    const auto all = file.file->bytes();
    file.samples = all.subspan(std::min(first.byte_offset, all.size()));
  }

  void choose_length() {
    const SignalFile& shortest =
        *std::min_element(files_.begin(), files_.end(),
                          [](const auto& a, const auto& b) { return a.frames() < b.frames(); });
    const std::size_t held = shortest.frames();
    const WfdbSignal& first = *shortest.columns.front().signal;
    recording_.samples = header_.samples == 0 ? held : std::min(held, header_.samples);
    if (held == 0) {
      throw Error(line_of(place_, first), fmt::format("{} holds no samples", shortest.name),
                  "get a whole copy of the signal file");
    }
    if (recording_.samples == header_.samples || header_.samples == 0) return;
    const std::string problem =
        fmt::format("{} is cut off: {} of {} samples ({:.3g} of {:.3g} s)", shortest.name, held,
                    header_.samples, static_cast<double>(held) / header_.rate_hz,
                    static_cast<double>(header_.samples) / header_.rate_hz);
    if (static_cast<double>(held) < header_.rate_hz) {
      throw Error(line_of(place_, first), problem, "get a whole copy of the signal file");
    }
    recording_.warnings.push_back(problem + "; the recording is shortened");
  }

  /// Names the leads and gives each its place in Recording::mv.
  void name_leads() {
    std::vector<Column*> leads;
    for (SignalFile& file : files_) {
      for (Column& column : file.columns) {
        const WfdbSignal& signal = *column.signal;
        if (signal.skew >= recording_.samples) {
          throw Error(line_of(place_, signal),
                      fmt::format("the skew of {} frames exceeds the record", signal.skew),
                      "correct the number behind ':'");
        }
        if (const auto unit = signal.units.empty() ? 1 : millivolts_in(signal.units)) {
          column.mv_per_unit = *unit / signal.gain;
          leads.push_back(&column);
        } else {
          recording_.warnings.push_back(fmt::format(
              "{} is in {}, which is no voltage; it is left out", signal.name, signal.units));
        }
      }
    }
    if (leads.empty()) {
      throw Error(place_, "no signal is a voltage", "choose a record that holds ECG leads");
    }
    std::sort(leads.begin(), leads.end(),
              [](const Column* a, const Column* b) { return a->signal->line < b->signal->line; });
    recording_.mv.resize(leads.size() * recording_.samples);
    for (std::size_t i = 0; i < leads.size(); ++i) {
      leads[i]->out = std::span(recording_.mv).subspan(i * recording_.samples, recording_.samples);
      const std::string& name = leads[i]->signal->name;
      recording_.leads.push_back(name.empty() ? fmt::format("signal {}", i + 1) : lead_name(name));
    }
  }

  /// Decodes block by block, so that the samples of all signals of a file are still in cache when
  /// each signal picks its own.
  void unpack(SignalFile& file) {
    const std::size_t signals = file.columns.size();
    std::size_t frames = recording_.samples;
    for (const Column& column : file.columns) {
      frames = std::max(frames, recording_.samples + column.signal->skew);
    }
    frames = std::min(frames, file.frames());
    constexpr std::size_t kBlockSamples = 16384;
    const std::size_t block = std::max<std::size_t>(1, kBlockSamples / signals);
    std::vector<std::int32_t> buffer(std::min(block, frames) * signals);
    for (std::size_t begin = 0; begin < frames; begin += block) {
      const std::size_t count = std::min(block, frames - begin);
      const std::span<std::int32_t> samples(buffer.data(), count * signals);
      file.format->unpack(file.samples, begin * signals, samples);
      for (Column& column : file.columns) {
        pick(samples, signals, begin, file.format->missing, column);
      }
    }
    for (Column& column : file.columns) {
      const std::size_t filled = frames - std::min(frames, column.signal->skew);
      if (column.out.empty() || filled >= column.out.size()) continue;
      std::fill(column.out.begin() + static_cast<std::ptrdiff_t>(filled), column.out.end(),
                std::numeric_limits<float>::quiet_NaN());
    }
  }

  /// Copies the column's samples of the block that starts at frame `begin`.
  void pick(std::span<const std::int32_t> samples, std::size_t signals, std::size_t begin,
            std::int32_t missing, Column& column) const {
    const std::size_t skew = column.signal->skew;
    const std::size_t end = std::min(begin + samples.size() / signals, recording_.samples + skew);
    std::size_t frame = std::max(begin, skew);
    if (frame >= end) return;
    const std::int32_t* in = samples.data() + (frame - begin) * signals + column.in_frame;
    const double baseline = column.signal->baseline, scale = column.mv_per_unit;
    float* out = column.out.empty() ? nullptr : column.out.data() + (frame - skew);
    std::uint32_t sum = column.checksum;
    std::int32_t low = column.low, high = column.high;
    for (; frame < end; ++frame, in += signals) {
      const std::int32_t value = *in;
      sum += static_cast<std::uint32_t>(value);
      if (!out) continue;
      const bool present = value != missing;
      low = std::min(low, present ? value : low);
      high = std::max(high, present ? value : high);
      *out++ = present ? static_cast<float>((value - baseline) * scale)
                       : std::numeric_limits<float>::quiet_NaN();
    }
    column.checksum = static_cast<std::uint16_t>(sum);
    column.low = low;
    column.high = high;
  }

  /// Only a whole, unskewed signal has the sum that the header declares.
  void check_sum(const Column& column) {
    const WfdbSignal& signal = *column.signal;
    if (signal.checksum == 0 || signal.checksum == column.checksum || signal.skew != 0) return;
    if (header_.samples != 0 && recording_.samples < header_.samples) return;
    recording_.warnings.push_back(
        fmt::format("checksum of {} is {}, the header says {}; the signal file may be damaged",
                    signal.name, column.checksum, signal.checksum));
  }

  const WfdbHeader& header_;
  const std::string& place_;
  std::vector<SignalFile> files_;
  Recording recording_;
};

}  // namespace

Recording decode_wfdb_signals(const WfdbHeader& header, const std::string& place,
                              const WfdbSignalSource& source) {
  return Decoder(header, place).decode(source);
}

}  // namespace liteheart
