#include "formats/edf_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "ecg/error.h"
#include "ecg/leads.h"
#include "formats/edf_annotations.h"
#include "formats/edf_record.h"
#include "formats/edf_scale.h"
#include "formats/text.h"
#include "formats/utf8.h"
#include "formats/whole_file.h"

namespace liteheart {
namespace {

constexpr std::size_t kMostRecordBytes = 61440, kMostAnnotationBytes = 6144;
constexpr std::size_t kTimeBytes = 32;  // what keeps a record's time fits in

/// Printable ASCII: a letter beyond becomes '?', a control character '_'.
std::string ascii(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;  // goes on with a letter
    result.push_back(byte >= 0x80 ? '?' : byte < 0x20 || byte == 0x7F ? '_' : c);
  }
  return result;
}

/// A subfield, in which blanks are underscores and X stands for nothing.
std::string subfield(std::string_view text) {
  std::string result = ascii(trim(text));
  std::replace(result.begin(), result.end(), ' ', '_');
  return result.empty() ? "X" : result;
}

/// A day as the two ways of writing it have it.
struct Day {
  int year, month, day;

  std::string with_name_of_month() const {
    constexpr std::array<std::string_view, 12> kMonths = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                          "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    return fmt::format("{:02}-{}-{:04}", day, kMonths[static_cast<std::size_t>(month - 1)], year);
  }
  /// Of two digits are the years 1985 to 2084 only.
  std::string in_digits() const {
    return year < 1985 || year > 2084 ? fmt::format("{:02}.{:02}.yy", day, month)
                                      : fmt::format("{:02}.{:02}.{:02}", day, month, year % 100);
  }
};

/// The number in `digits`, and nothing else.
std::optional<int> number(std::string_view digits) {
  int value = 0;
  if (digits.empty() || digits[0] < '0' || digits[0] > '9' || !whole_number(digits, value))
    return std::nullopt;
  return value;
}

/// Of "YYYY-MM-DD", which text may follow.
std::optional<Day> day_of(std::string_view iso) {
  if (iso.size() < 10 || iso[4] != '-' || iso[7] != '-') return std::nullopt;
  const auto year = number(iso.substr(0, 4)), month = number(iso.substr(5, 2)),
             day = number(iso.substr(8, 2));
  if (!year || !month || !day || *month < 1 || *month > 12 || *day < 1 || *day > 31)
    return std::nullopt;
  return Day{*year, *month, *day};
}

/// A time of day: whole seconds as EDF writes them, and what is left.
struct Clock {
  std::string text = "00.00.00";
  std::int64_t ticks = 0;
};

/// Of "YYYY-MM-DDTHH:MM:SS.fff", as far as it goes.
std::optional<Clock> clock_of(std::string_view iso) {
  if (iso.size() < 16 || iso[13] != ':') return std::nullopt;
  const auto hour = number(iso.substr(11, 2)), minute = number(iso.substr(14, 2));
  const bool to_the_second = iso.size() >= 19 && iso[16] == ':';
  const auto second = to_the_second ? number(iso.substr(17, 2)) : 0;
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59)
    return std::nullopt;
  Clock clock{fmt::format("{:02}.{:02}.{:02}", *hour, *minute, *second), 0};
  if (to_the_second && iso.substr(19, 1) == ".") {
    std::int64_t unit = kEdfTicksPerSecond;
    for (const char c : iso.substr(20)) {
      if (c < '0' || c > '9' || unit < 10) break;
      clock.ticks += (c - '0') * (unit /= 10);
    }
  }
  return clock;
}

std::string onset_text(std::int64_t ticks) {
  std::string text =
      fmt::format("+{}.{:07}", ticks / kEdfTicksPerSecond, ticks % kEdfTicksPerSecond);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string annotation_list(std::int64_t ticks, std::string_view text) {
  return fmt::format("{}\x14{}\x14{}", onset_text(ticks), text, '\0');
}

class Writer {
 public:
  explicit Writer(const Recording& recording)
      : recording_(recording), place_("recording '" + recording.name + "'") {}

  std::string bytes() {
    check();
    choose_records();
    for (std::size_t lead = 0; lead < recording_.leads.size(); ++lead) choose_scale(lead);
    tell_time();
    annotate();
    warn_of_what_has_no_place();
    std::string bytes = header();
    const std::size_t lead_bytes = 2 * length_.samples * recording_.leads.size();
    bytes.reserve(bytes.size() + records_ * (lead_bytes + annotation_bytes_));
    for (std::size_t record = 0; record < records_; ++record) append_record(record, bytes);
    return bytes;
  }

  EdfWritten written;

 private:
  void check() const {
    if (recording_.leads.empty() || recording_.samples == 0 || !(recording_.rate_hz > 0) ||
        !std::isfinite(recording_.rate_hz) ||
        recording_.mv.size() != recording_.leads.size() * recording_.samples) {
      throw Error(place_, "has no leads, samples or rate, or they do not match its signal",
                  "fill the recording before it is written");
    }
  }

  void choose_records() {
    const std::size_t most =
        (kMostRecordBytes - kMostAnnotationBytes) / (2 * recording_.leads.size());
    constexpr std::size_t kMostLeads = 9998;
    if (most > 0 && recording_.leads.size() <= kMostLeads)
      length_ = choose_edf_record(recording_.rate_hz, most, recording_.samples);
    if (length_.samples == 0) {
      throw Error(place_,
                  fmt::format("{} leads at {} Hz do not fit into EDF+", recording_.leads.size(),
                              recording_.rate_hz),
                  "write another format");
    }
    records_ = (recording_.samples + length_.samples - 1) / length_.samples;
    constexpr std::size_t kMostRecords = 99999999;
    if (records_ > kMostRecords) throw Error(place_, "is too long for EDF+", "write it in parts");
    if (length_.rate_hz != recording_.rate_hz) {
      warn(fmt::format("the rate of {} Hz is written as {} samples in {} s, off by {:.2g}",
                       recording_.rate_hz, length_.samples, length_.seconds,
                       std::abs(length_.rate_hz / recording_.rate_hz - 1)));
    }
  }

  void choose_scale(std::size_t lead) {
    scales_.push_back(choose_edf_scale(recording_.lead(lead)));
    written.step_mv = std::max(written.step_mv, scales_.back().step_uv / 1000);
    if (scales_.back().saturates)
      warn(fmt::format("lead {} is cut at +-9.999 V", recording_.leads[lead]));
  }

  void tell_time() {
    day_ = day_of(recording_.start);
    const auto clock = clock_of(recording_.start);
    if (day_ && clock) clock_ = *clock;
    if (day_ && !clock) warn("the time of day of the start is not known; written as midnight");
    if (!recording_.start.empty() && !day_)
      warn(fmt::format("the start '{}' has no date; left out", recording_.start));
  }

  void annotate() {
    const bool missing = std::any_of(recording_.mv.begin(), recording_.mv.end(),
                                     [](float mv) { return !std::isfinite(mv); });
    if (missing) add_annotation(0, kEdfMissingSamples);
    if (recording_.samples % length_.samples != 0) {
      const double end = static_cast<double>(recording_.samples) / length_.rate_hz;
      add_annotation(std::llround(end * static_cast<double>(kEdfTicksPerSecond)),
                     kEdfRecordingEnds);
    }
    std::size_t left_out = 0;
    for (const std::string& statement : recording_.statements) {
      const std::string text(trim(to_utf8(statement)));
      if (!text.empty()) left_out += !add_annotation(0, text);
    }
    if (left_out > 0)
      warn(fmt::format("{} statements are too long, or too many; left out", left_out));
    annotation_bytes_ = share_of_annotations();
  }

  /// Every record has room for the longest list and for its part of all of them, so that they fit
  /// whatever their order.
  std::size_t share_of_annotations() const {
    return (kTimeBytes + longest_list_ + (all_lists_ + records_ - 1) / records_ + 1) / 2 * 2;
  }

  /// `ticks` after the start. False, and nothing is added, if there is no room.
  bool add_annotation(std::int64_t ticks, std::string_view text) {
    std::string list = annotation_list(clock_.ticks + ticks, text);
    const auto before = std::pair(longest_list_, all_lists_);
    longest_list_ = std::max(longest_list_, list.size());
    all_lists_ += list.size();
    if (share_of_annotations() > kMostAnnotationBytes) {
      std::tie(longest_list_, all_lists_) = before;
      return false;
    }
    annotations_.push_back(std::move(list));
    return true;
  }

  void warn_of_what_has_no_place() {
    std::string what;
    const auto add = [&](bool there, std::string_view name) {
      if (there) what += fmt::format("{}{}", what.empty() ? "" : ", ", name);
    };
    add(!recording_.diagnoses.empty(), "diagnoses");
    add(!recording_.beats.empty(), "beats");
    add(recording_.age_years && !day_of(recording_.birth_date), "the age");
    if (!what.empty()) warn("EDF+ has no place for " + what + "; left out");
  }

  /// `text` of `width` bytes, filled up with blanks; with a warning if it is longer.
  std::string field(std::string_view text, std::size_t width, std::string_view what) {
    if (text.size() > width) warn(fmt::format("{} '{}' is cut to {} letters", what, text, width));
    return fmt::format("{:<{}}", text.substr(0, width), width);
  }
  static std::string field(std::string_view text, std::size_t width) {
    return fmt::format("{:<{}}", text.substr(0, width), width);
  }

  std::string patient() {
    const auto birth = day_of(recording_.birth_date);
    const std::string_view sex = recording_.sex == "male"     ? "M"
                                 : recording_.sex == "female" ? "F"
                                                              : "X";
    return fmt::format("{} {} {} {}", subfield(recording_.patient_id), sex,
                       birth ? birth->with_name_of_month() : "X",
                       subfield(recording_.patient_name));
  }

  /// The type that EDF+ wants before a name, unless the name says it.
  static std::string label(std::string_view lead) {
    const std::string name = ascii(lead), folded = lower(name);
    const bool says = !lead_index(lead) && (folded.find("ecg") != std::string::npos ||
                                            folded.find("ekg") != std::string::npos);
    return says ? name : "ECG " + name;
  }

  std::string header() {
    const std::size_t signals = recording_.leads.size() + 1;
    std::string text = field("0", 8);
    text += field(patient(), 80, "the patient");
    text += field(fmt::format("Startdate {} X X {}", day_ ? day_->with_name_of_month() : "X",
                              subfield(recording_.device)),
                  80, "the recording");
    text += field(day_ ? day_->in_digits() : "01.01.85", 8) + field(clock_.text, 8);
    text += field(fmt::format("{}", 256 * (signals + 1)), 8) + field("EDF+C", 44);
    text += field(fmt::format("{}", records_), 8) + field(length_.seconds, 8);
    text += field(fmt::format("{}", signals), 4);

    for (const std::string& lead : recording_.leads) text += field(label(lead), 16, "the lead");
    text += field("EDF Annotations", 16);
    const auto each = [&](std::size_t width, const auto& of_lead, std::string_view of_annotations) {
      for (const EdfScale& scale : scales_) text += field(of_lead(scale), width);
      text += field(of_annotations, width);
    };
    const auto nothing = [](const EdfScale&) { return std::string(); };
    each(80, nothing, "");  // transducer
    each(
        8, [](const EdfScale&) { return std::string("uV"); }, "");
    each(
        8, [](const EdfScale& scale) { return scale.physical_min; }, "-1");
    each(
        8, [](const EdfScale& scale) { return scale.physical_max; }, "1");
    each(
        8, [](const EdfScale& scale) { return fmt::format("{}", scale.digital_min); }, "-32768");
    each(
        8, [](const EdfScale& scale) { return fmt::format("{}", scale.digital_max); }, "32767");
    each(80, nothing, "");  // filters
    each(
        8, [&](const EdfScale&) { return fmt::format("{}", length_.samples); },
        fmt::format("{}", annotation_bytes_ / 2));
    each(32, nothing, "");
    return text;
  }

  void append_record(std::size_t record, std::string& bytes) {
    const std::size_t first = record * length_.samples;
    for (std::size_t lead = 0; lead < recording_.leads.size(); ++lead) {
      const auto mv = recording_.lead(lead);
      for (std::size_t t = first; t < first + length_.samples; ++t) {
        const auto stored = static_cast<std::uint16_t>(
            scales_[lead].stored(mv[std::min(t, recording_.samples - 1)]));
        bytes.push_back(static_cast<char>(stored & 0xFF));
        bytes.push_back(static_cast<char>(stored >> 8));
      }
    }
    std::string lists =
        annotation_list(clock_.ticks + static_cast<std::int64_t>(record) * length_.ticks, "");
    while (next_annotation_ < annotations_.size() &&
           lists.size() + annotations_[next_annotation_].size() <= annotation_bytes_)
      lists += annotations_[next_annotation_++];
    lists.resize(annotation_bytes_, '\0');
    bytes += lists;
  }

  void warn(std::string warning) { written.warnings.push_back(std::move(warning)); }

  const Recording& recording_;
  std::string place_;
  EdfRecordLength length_;
  std::size_t records_ = 0;
  std::vector<EdfScale> scales_;
  std::optional<Day> day_;
  Clock clock_;
  std::vector<std::string> annotations_;
  std::size_t next_annotation_ = 0;
  std::size_t longest_list_ = 0, all_lists_ = 0;  // bytes of annotations_
  std::size_t annotation_bytes_ = 0;              // of each record
};

}  // namespace

EdfWritten write_edf(const Recording& recording, const std::filesystem::path& file) {
  Writer writer(recording);
  const std::string bytes = writer.bytes();
  if (file.has_parent_path()) make_folder(file.parent_path());
  write_whole(file, bytes);
  return std::move(writer.written);
}

}  // namespace liteheart
