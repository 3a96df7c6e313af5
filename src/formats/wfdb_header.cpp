#include "formats/wfdb_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "ecg/error.h"
#include "formats/patient.h"
#include "formats/text.h"
#include "formats/wfdb_start.h"

namespace liteheart {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view place) : place_(place) {}

  WfdbHeader parse(std::string_view text) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    bool record_seen = false;
    while (!text.empty()) {
      const std::string_view line = next_line(text);
      ++line_;
      if (line.empty()) continue;
      if (line.front() == '#') {
        comment(line.substr(1));
      } else if (!record_seen) {
        record_line(line);
        record_seen = true;
      } else if (header_.multi_segment) {
        segment_line(line);
      } else if (header_.signals.size() < declared_) {
        signal_line(line);
      } else {
        fail(fmt::format("a line beyond the {} declared signals", declared_),
             "correct the number of signals in the record line, or write comments behind #");
      }
    }
    if (!record_seen) {
      throw Error(place_, "no record line", "the file must be the header of a WFDB record");
    }
    if (!header_.multi_segment && header_.signals.size() < declared_) {
      throw Error(
          fmt::format("{} line {}", place_, header_.record_line),
          fmt::format("{} signals declared, {} described", declared_, header_.signals.size()),
          "the header is cut off: get a whole copy, or correct the number");
    }
    if (header_.segments.size() < segments_) {
      throw Error(
          fmt::format("{} line {}", place_, header_.record_line),
          fmt::format("{} segments declared, {} listed", segments_, header_.segments.size()),
          "the header is cut off: get a whole copy, or correct the number");
    }
    if (header_.start.empty()) header_.start = ecg_date_;
    return std::move(header_);
  }

 private:
  [[noreturn]] void fail(const std::string& problem, std::string_view remedy) const {
    throw Error(fmt::format("{} line {}", place_, line_), problem, remedy);
  }

  void comment(std::string_view text) {
    text = trim(text);
    if (text.starts_with('<')) return bracketed(text);
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return age_and_sex(text);
    const std::string_view written = trim(text.substr(0, colon));
    const std::string key = lower(written);
    const std::string_view value = trim(text.substr(colon + 1));
    if (key == "age") header_.age = value;
    if (key == "sex" || key == "gender") header_.sex = value;
    if (key == "dx") header_.diagnoses = value;
    if (key == "estimated") header_.estimated = value;
    if (key == "ecg date") ecg_date_ = wfdb_date(value);
    constexpr std::array<std::string_view, 7> kOfTheHeart = {"reason for admission",
                                                             "diagnose",
                                                             "diagnosis",
                                                             "diagnoses",
                                                             "acute infarction (localization)",
                                                             "former infarction (localization)",
                                                             "additional diagnoses"};
    if (says_nothing(value) || same_word(value, "no") ||
        std::find(kOfTheHeart.begin(), kOfTheHeart.end(), key) == kOfTheHeart.end())
      return;
    header_.statements.push_back(fmt::format("{}: {}", written, value));
  }

  // <age>: 25 <sex>: M <diagnoses>: (none) <medications>: (none)
  void bracketed(std::string_view text) {
    while (text.starts_with('<')) {
      const std::size_t end = text.find(">:");
      if (end == std::string_view::npos) return;
      const std::string key = lower(text.substr(1, end - 1));
      text.remove_prefix(end + 2);
      const std::string_view value = trim(text.substr(0, text.find('<')));
      text.remove_prefix(std::min(text.find('<'), text.size()));
      const bool known =
          value.find_first_not_of("?-") != std::string_view::npos && !same_word(value, "(none)");
      if (known && key == "age") header_.age = value;
      if (known && key == "sex") header_.sex = value;
      if (known && key == "diagnoses")
        header_.statements.push_back(fmt::format("diagnoses: {}", value));
    }
  }

  // 69 M 1085 1629 x1
  void age_and_sex(std::string_view text) {
    int age = 0;
    const std::string_view first = next_field(text), second = next_field(text);
    if (!whole_number(first, age) || (second != "M" && second != "F")) return;
    if (age >= 0) header_.age = first;  // -1 where it is not known
    header_.sex = std::string(second);
  }

  // NAME[/SEGMENTS] SIGNALS [RATE[/COUNTER[(BASE)]] [SAMPLES [TIME [DATE]]]]
  void record_line(std::string_view line) {
    header_.record_line = line_;
    std::string_view name = next_field(line);
    if (const std::size_t slash = name.find('/'); slash != std::string_view::npos) {
      if (!whole_number(name.substr(slash + 1), segments_) || segments_ == 0) {
        fail(fmt::format("'{}' is no number of segments", name.substr(slash + 1)),
             "write NAME/SEGMENTS");
      }
      constexpr std::size_t kMostSegments = 1 << 16;
      if (segments_ > kMostSegments) {
        fail(fmt::format("{} segments declared", segments_), "write the true number of segments");
      }
      header_.multi_segment = true;
      name = name.substr(0, slash);
    }
    header_.record = name;
    const std::string_view signals = next_field(line);
    if (!whole_number(signals, declared_)) {
      fail(fmt::format("'{}' is no number of signals", signals),
           "the file must be the header of a WFDB record: NAME SIGNALS RATE SAMPLES");
    }
    if (declared_ == 0) fail("the record has no signals", "choose a record that holds leads");
    constexpr std::size_t kMostSignals = 4096;
    if (declared_ > kMostSignals) {
      fail(fmt::format("{} signals declared", declared_), "write the true number of signals");
    }

    std::string_view rate = next_field(line);
    if (!rate.empty()) {
      const std::string_view written = rate;
      if (!take_number(rate, header_.rate_hz) || (!rate.empty() && rate.front() != '/')) {
        fail(fmt::format("'{}' is no sampling rate", written), "write samples per second");
      }
      constexpr double kHighestRate = 1e6;
      if (header_.rate_hz <= 0 || header_.rate_hz > kHighestRate) {
        fail(fmt::format("the sampling rate is {} Hz", header_.rate_hz),
             "write the true samples per second");
      }
      header_.rate_written = true;
    }
    // A time or date may stand where the length is left out.
    std::string_view rest = line;
    const std::string_view length = next_field(rest);
    const bool absent = length.empty() || length.find_first_of(":-/", 1) != std::string_view::npos;
    if (!absent && !whole_number(length, header_.samples)) {
      fail(fmt::format("'{}' is no number of samples", length),
           "write samples per signal, or leave the field out");
    }
    header_.start = wfdb_start(absent ? line : rest);
  }

  // RECORD SAMPLES
  void segment_line(std::string_view line) {
    if (header_.segments.size() == segments_) {
      fail(fmt::format("a line beyond the {} declared segments", segments_),
           "correct the number of segments in the record line, or write comments behind #");
    }
    WfdbSegmentLine segment;
    segment.line = line_;
    segment.record = next_field(line);
    const std::string_view length = next_field(line);
    if (!whole_number(length, segment.samples)) {
      fail(fmt::format("'{}' is no number of samples", length),
           "write the segment's name and its samples per signal");
    }
    header_.segments.push_back(std::move(segment));
  }

  // FILE FORMAT [GAIN [RESOLUTION [ZERO [INITIAL [CHECKSUM [BLOCK [DESCRIPTION]]]]]]]
  void signal_line(std::string_view line) {
    WfdbSignal signal;
    signal.line = line_;
    signal.file = next_field(line);
    parse_format(next_field(line), signal);
    bool baseline_written = false;
    if (const auto gain = next_field(line); !gain.empty()) {
      baseline_written = parse_gain(gain, signal);
    }
    double ignored = 0, adc_zero = 0, initial = 0, checksum = 0;
    optional_number(line, "ADC resolution", ignored);
    optional_number(line, "ADC zero", adc_zero);
    optional_number(line, "initial value", initial);
    optional_number(line, "checksum", checksum);
    optional_number(line, "block size", ignored);
    if (!baseline_written) signal.baseline = adc_zero;
    constexpr double kLargestInitial = 1 << 30;
    if (std::abs(initial) < kLargestInitial) signal.initial = static_cast<std::int32_t>(initial);
    constexpr double kLargestChecksum = 1e15;  // beyond it a double is no exact integer
    if (std::abs(checksum) < kLargestChecksum) {
      signal.checksum = static_cast<std::uint16_t>(static_cast<std::int64_t>(checksum));
    }
    signal.name = trim(line);
    header_.signals.push_back(std::move(signal));
  }

  // FORMAT[xFRAME][:SKEW][+OFFSET]
  void parse_format(std::string_view field, WfdbSignal& signal) const {
    const std::string_view written = field;
    bool understood = take_number(field, signal.format) && signal.format >= 0;
    while (understood && !field.empty()) {
      const char kind = field.front();
      field.remove_prefix(1);
      if (!field.empty() && field.front() == '+') {
        understood = false;
      } else if (kind == 'x') {
        understood = take_number(field, signal.samples_per_frame) && signal.samples_per_frame > 0;
      } else if (kind == ':') {
        understood = take_number(field, signal.skew);
      } else if (kind == '+') {
        understood = take_number(field, signal.byte_offset);
      } else {
        understood = false;
      }
    }
    if (!understood) {
      fail(fmt::format("'{}' is no signal format", written),
           "write FORMAT[xFRAME][:SKEW][+OFFSET], for example 16+24");
    }
  }

  // GAIN[(BASELINE)][/UNITS]; returns whether a baseline is written.
  bool parse_gain(std::string_view field, WfdbSignal& signal) const {
    const std::string_view written = field;
    bool understood = take_number(field, signal.gain);
    bool baseline_written = false;
    if (understood && field.starts_with('(')) {
      field.remove_prefix(1);
      understood = take_number(field, signal.baseline) && field.starts_with(')');
      if (understood) field.remove_prefix(1);
      baseline_written = true;
    }
    if (understood && !field.empty()) {
      understood = field.front() == '/';
      signal.units = field.substr(1);
    }
    if (!understood) {
      fail(fmt::format("'{}' is no gain", written),
           "write GAIN[(BASELINE)][/UNITS], for example 1000(0)/mV");
    }
    constexpr double kDefaultGain = 200, kSmallestGain = 1e-9, kLargest = 1e12;
    if (signal.gain == 0) signal.gain = kDefaultGain;
    if (std::abs(signal.gain) < kSmallestGain || std::abs(signal.gain) > kLargest ||
        std::abs(signal.baseline) > kLargest) {
      fail(fmt::format("the gain '{}' is absurd", written), "write ADC units per mV");
    }
    return baseline_written;
  }

  void optional_number(std::string_view& line, std::string_view what, double& number) const {
    const std::string_view field = next_field(line);
    if (field.empty() || whole_number(field, number)) return;
    fail(fmt::format("the {} '{}' is no number", what, field),
         "write GAIN RESOLUTION ZERO INITIAL CHECKSUM BLOCK before the lead's name");
  }

  std::string_view place_;
  int line_ = 0;
  std::size_t declared_ = 0, segments_ = 0;
  std::string ecg_date_;
  WfdbHeader header_;
};

}  // namespace

WfdbHeader parse_wfdb_header(std::string_view text, std::string_view place) {
  return Parser(place).parse(text);
}

bool looks_like_wfdb_header(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  while (!text.empty()) {
    std::string_view line = next_line(text);
    if (line.empty() || line.front() == '#') continue;
    const std::string_view name = next_field(line);
    const bool printable =
        std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7F; });
    std::size_t signals = 0;
    if (!printable || !whole_number(next_field(line), signals)) return false;
    double rate = 0;
    std::string_view written = next_field(line);
    if (!written.empty() && !take_number(written, rate)) return false;
    // A table of numbers begins like this, too; but no signal's file is called by a number alone.
    std::string_view next;
    while (!text.empty() && (next.empty() || next.front() == '#')) next = next_line(text);
    double number = 0;
    return name.find('/') != name.npos || !whole_number(next_field(next), number);
  }
  return false;
}

}  // namespace liteheart
