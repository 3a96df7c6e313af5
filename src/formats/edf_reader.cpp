#include "formats/edf_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ecg/error.h"
#include "formats/edf_annotations.h"
#include "formats/edf_channels.h"
#include "formats/edf_identification.h"
#include "formats/text.h"
#include "formats/utf8.h"

namespace liteheart {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

/// Data records of a file, of which a block is held in memory.
class Records {
 public:
  Records(InputFile file, const EdfHeader& header) : file_(std::move(file)), header_(header) {}

  /// `bytes` bytes from byte `at` of record `record` on, which must lie within it. They stay until
  /// the next call. Throws Error if the disk fails.
  std::span<const std::uint8_t> share(std::uint64_t record, std::uint64_t at, std::size_t bytes) {
    if (header_.record_bytes > kBlockBytes) {
      held_ = 0;
      load(record * header_.record_bytes + at, bytes);
      return block_;
    }
    if (record < first_ || record >= first_ + held_) {
      first_ = record;
      held_ = std::min(kBlockBytes / header_.record_bytes, header_.records - record);
      load(record * header_.record_bytes, static_cast<std::size_t>(held_ * header_.record_bytes));
    }
    return std::span<const std::uint8_t>(block_).subspan(
        static_cast<std::size_t>((record - first_) * header_.record_bytes + at), bytes);
  }

 private:
  static constexpr std::uint64_t kBlockBytes = 256 << 10;

  void load(std::uint64_t data_byte, std::size_t bytes) {
    block_.resize(bytes);
    const std::uint64_t at = header_.bytes + data_byte;
    if (file_.read_at(at, block_) == bytes) return;
    throw Error(fmt::format("{} byte {}", file_.place(), at),
                "the file became shorter while it was read", "read it when it is whole");
  }

  InputFile file_;
  const EdfHeader& header_;
  std::vector<std::uint8_t> block_;
  std::uint64_t first_ = 0, held_ = 0;  // records in the block
};

/// Records that follow each other without a gap.
struct Run {
  std::uint64_t first_record;
  std::size_t first_sample;  // of the recording
};

/// What the annotations of a file say.
struct Survey {
  std::optional<double> start;  // onset of the first record
  std::optional<double> end;    // where the recording ends within the last record
  bool missing_marked = false;
  std::vector<Run> runs{{0, 0}};
  std::size_t samples = 0;  // with the gaps
};

class EdfStream final : public RecordingStream {
 public:
  EdfStream(const InputFile& file, const ReadOptions& options)
      : place_(file.place()), header_(read_edf_header(file)), records_(file, header_) {
    about_.name = file.path().stem().string();
    about_.format = header_.format();
    about_.warnings = header_.warnings;
    leads_ = choose_ecg_leads(header_, place_, options.unit, about_.warnings);
    for (const EdfLead& lead : leads_) about_.leads.push_back(lead.name);
    per_record_ = leads_.front().signal->samples;
    about_.rate_hz = rate(options);
    limit_ = static_cast<std::size_t>(kMostGrowth * file.size() + kAllowance) /
             (sizeof(float) * leads_.size());
    survey_records();
    about_.samples = survey_.samples;
    trim_the_filling();
    const double start = survey_.start.value_or(0);
    identify_edf(header_, start > 0 && start < 1 ? start : 0, about_);
  }

  std::size_t read(float* out, std::size_t stride, std::size_t samples) override {
    const std::size_t count = std::min(samples, about_.samples - at_);
    for (std::size_t done = 0; done < count;) done += read_some(out + done, stride, count - done);
    return count;
  }

 private:
  // A gap may stretch a recording to this many times its file's size, and a bit.
  static constexpr std::uint64_t kMostGrowth = 8, kAllowance = 8 << 20;

  double rate(const ReadOptions& options) const {
    const double rate = header_.record_seconds > 0
                            ? static_cast<double>(per_record_) / header_.record_seconds
                            : options.rate_hz;
    if (std::isfinite(rate) && rate > 0) return rate;
    throw Error(place_ + " byte 244", "the duration of a data record is 0 or no number",
                "say how many samples a second there are");
  }

  /// Reads the annotations of all records and lays the records out in time.
  void survey_records() {
    std::vector<const EdfSignal*> annotated;
    for (const EdfSignal& signal : header_.signals)
      if (signal.is_annotation() && signal.samples > 0) annotated.push_back(&signal);
    if (annotated.empty()) {
      survey_.samples = static_cast<std::size_t>(header_.records) * per_record_;
      if (header_.discontinuous)
        about_.warnings.push_back("there may be gaps, but no data record tells its time");
      return;
    }
    for (std::uint64_t record = 0; record < header_.records; ++record) {
      std::optional<double> onset;
      for (const EdfSignal* const signal : annotated)
        note_annotations(record, *signal, signal == annotated.front() ? &onset : nullptr);
      place_record(record, onset);
    }
    if (unstated_ > 0) {
      about_.warnings.push_back(fmt::format("{} annotations after the first {} are left out",
                                            unstated_, kMostStatements));
    }
    if (overlaps_ > 0) {
      about_.warnings.push_back(fmt::format(
          "{} data records begin before the one before them ends; put after it", overlaps_));
    }
  }

  /// `onset`: where to put the record's, if this is the signal that keeps the time.
  void note_annotations(std::uint64_t record, const EdfSignal& signal,
                        std::optional<double>* onset) {
    const auto bytes =
        records_.share(record, signal.in_record, signal.samples * header_.sample_bytes());
    visit_edf_annotations({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                          [&](const EdfAnnotation& annotation) {
                            if (onset && annotation.text.empty()) {
                              *onset = annotation.onset;
                              if (!survey_.start) survey_.start = annotation.onset;
                            }
                            onset = nullptr;
                            note(annotation);
                          });
  }

  void note(const EdfAnnotation& annotation) {
    if (annotation.text == kEdfMissingSamples) {
      survey_.missing_marked = true;
    } else if (annotation.text == kEdfRecordingEnds) {
      survey_.end = annotation.onset;
    } else if (!annotation.text.empty()) {
      if (about_.statements.size() < kMostStatements) {
        state(annotation);
      } else {
        ++unstated_;
      }
    }
  }

  void state(const EdfAnnotation& annotation) {
    const std::string text = to_utf8(annotation.text);
    const double at = annotation.onset - survey_.start.value_or(0);
    if (annotation.seconds > 0) {
      about_.statements.push_back(
          fmt::format("{} (at {:.10g} s, for {:.10g} s)", trim(text), at, annotation.seconds));
    } else {
      about_.statements.push_back(at == 0 ? std::string(trim(text))
                                          : fmt::format("{} (at {:.10g} s)", trim(text), at));
    }
  }

  /// Puts a record after the one before it, or after a gap.
  void place_record(std::uint64_t record, std::optional<double> onset) {
    if (header_.discontinuous && onset) {
      const double begins = (*onset - *survey_.start) * about_.rate_hz;
      const double gap = begins - static_cast<double>(survey_.samples);
      constexpr double kRounding = 1.5;  // samples; onsets are rounded too
      if (gap < -kRounding) ++overlaps_;
      if (gap > kRounding) open_gap(record, begins, gap);
    }
    survey_.samples += per_record_;
  }

  void open_gap(std::uint64_t record, double begins, double gap) {
    if (!(begins < static_cast<double>(limit_))) {
      throw Error(fmt::format("{} byte {}", place_, header_.bytes + record * header_.record_bytes),
                  fmt::format("data record {} follows a gap of {:.4g} s, too long to fill in",
                              record + 1, gap / about_.rate_hz),
                  "split the file into its continuous parts");
    }
    survey_.samples = static_cast<std::size_t>(std::llround(begins));
    survey_.runs.push_back({record, survey_.samples});
  }

  void trim_the_filling() {
    if (!survey_.end) return;
    const double end = std::round((*survey_.end - survey_.start.value_or(0)) * about_.rate_hz);
    const double last = static_cast<double>(about_.samples - per_record_);
    if (end > last && end < static_cast<double>(about_.samples))
      about_.samples = static_cast<std::size_t>(end);
  }

  /// Reads on within one record or one gap. Returns how many samples.
  std::size_t read_some(float* out, std::size_t stride, std::size_t most) {
    const std::vector<Run>& runs = survey_.runs;
    if (run_ + 1 < runs.size() && at_ >= runs[run_ + 1].first_sample) ++run_;
    const std::uint64_t in_run = at_ - runs[run_].first_sample;
    const std::uint64_t record = runs[run_].first_record + in_run / per_record_;
    std::size_t count = 0;
    if (run_ + 1 < runs.size() && record >= runs[run_ + 1].first_record) {
      count = std::min(most, runs[run_ + 1].first_sample - at_);
      for (std::size_t lead = 0; lead < leads_.size(); ++lead)
        std::fill_n(out + lead * stride, count, kMissing);
    } else {
      constexpr std::size_t kMostAtOnce = 1 << 16;
      const auto first = static_cast<std::size_t>(in_run % per_record_);
      count = std::min({most, per_record_ - first, kMostAtOnce});
      for (std::size_t lead = 0; lead < leads_.size(); ++lead)
        decode(leads_[lead], record, first, {out + lead * stride, count});
    }
    at_ += count;
    return count;
  }

  void decode(const EdfLead& lead, std::uint64_t record, std::size_t first, std::span<float> out) {
    const std::size_t width = header_.sample_bytes();
    const auto bytes =
        records_.share(record, lead.signal->in_record + first * width, out.size() * width);
    const bool may_miss = survey_.missing_marked && lead.signal->digital_min.has_value();
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::uint8_t* const b = bytes.data() + i * width;
      const std::int32_t stored =
          width == 2 ? static_cast<std::int16_t>(b[0] | b[1] << 8)
                     : static_cast<std::int32_t>(static_cast<std::uint32_t>(b[0]) << 8 |
                                                 static_cast<std::uint32_t>(b[1]) << 16 |
                                                 static_cast<std::uint32_t>(b[2]) << 24) >>
                           8;
      out[i] = may_miss && stored == *lead.signal->digital_min
                   ? kMissing
                   : static_cast<float>((stored - lead.digital_zero) * lead.mv_per_step +
                                        lead.mv_at_zero);
    }
  }

  static constexpr std::size_t kMostStatements = 100;

  std::string place_;
  EdfHeader header_;
  Records records_;
  std::vector<EdfLead> leads_;
  std::size_t per_record_ = 0;  // samples of a lead
  std::size_t limit_ = 0;       // of samples, with the gaps
  std::size_t unstated_ = 0;    // annotations that became no statement
  std::size_t overlaps_ = 0;    // records that begin too early
  Survey survey_;
  std::size_t at_ = 0, run_ = 0;
};

}  // namespace

// NOLINTNEXTLINE(performance-unnecessary-value-param): as format_table.h has it
std::unique_ptr<RecordingStream> open_edf(InputFile file, const ReadOptions& options) {
  return std::make_unique<EdfStream>(file, options);
}

}  // namespace liteheart
