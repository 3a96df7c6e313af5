#include "formats/edf_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ecg/error.h"
#include "formats/text.h"
#include "formats/utf8.h"

namespace liteheart {
namespace {

constexpr std::size_t kFixedBytes = 256;  // as many again for each signal
constexpr std::string_view kBdfVersion =
    "\xFF"
    "BIOSEMI";

/// A field of the fixed part of the header.
struct Field {
  std::size_t at, length;
};
constexpr Field kPatient{8, 80}, kRecording{88, 80}, kStartDate{168, 8}, kStartTime{176, 8},
    kHeaderBytes{184, 8}, kReserved{192, 44}, kRecords{236, 8}, kRecordSeconds{244, 8},
    kSignals{252, 4};

/// Without what stands in for nothing: NULs and bytes that are no printable ASCII become blanks.
std::string printable(std::string_view field) {
  std::string text(field);
  for (char& c : text)
    if (c < ' ' || c > '~') c = ' ';
  return std::string(trim(text));
}

/// The number that a field begins with; a decimal comma counts as a point.
std::optional<double> number_in(std::string_view field) {
  std::string text = printable(field);
  std::replace(text.begin(), text.end(), ',', '.');
  std::string_view rest = text;
  double number = 0;
  if (!take_number(rest, number)) return std::nullopt;
  return number;
}

/// The same where only a whole number of at most eight digits makes sense.
std::optional<std::int64_t> integer_in(std::string_view field) {
  const auto number = number_in(field);
  if (!number || *number != std::round(*number) || std::abs(*number) > 99999999)
    return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

class HeaderReader {
 public:
  explicit HeaderReader(const InputFile& file) : file_(file) {}

  EdfHeader read() {
    read_fixed_part();
    read_signals();
    lay_out_records();
    count_records();
    return std::move(header_);
  }

 private:
  std::string_view field(Field field) const {
    return std::string_view(text_).substr(field.at, field.length);
  }

  std::string where(std::uint64_t byte) const {
    return fmt::format("{} byte {}", file_.place(), byte);
  }

  void load(std::size_t bytes) {
    if (file_.size() < bytes) {
      throw Error(where(file_.size()),
                  fmt::format("the header is cut off: {} of {} bytes", file_.size(), bytes),
                  "get a whole copy of the file");
    }
    text_.resize(bytes);
    const std::size_t got =
        file_.read_at(0, {reinterpret_cast<std::uint8_t*>(text_.data()), bytes});
    if (got < bytes)
      throw Error(where(got), "the header is cut off", "get a whole copy of the file");
  }

  void read_fixed_part() {
    load(kFixedBytes);
    const auto signals = integer_in(field(kSignals));
    if (!signals || *signals < 1) {
      throw Error(where(kSignals.at),
                  fmt::format("the header declares '{}' signals", printable(field(kSignals))),
                  "the file holds nothing to read, or its header is damaged");
    }
    header_.signals.resize(static_cast<std::size_t>(*signals));
    header_.bytes = kFixedBytes * (header_.signals.size() + 1);
    load(header_.bytes);

    header_.bdf = text_.starts_with(kBdfVersion);
    const std::string reserved = lower(printable(field(kReserved)));
    header_.plus = reserved.starts_with("edf+") || reserved.starts_with("bdf+");
    header_.discontinuous = header_.plus && reserved.substr(4, 1) == "d";
    header_.patient = trim(to_utf8(field(kPatient)));
    header_.recording = trim(to_utf8(field(kRecording)));
    header_.start_date = printable(field(kStartDate));
    header_.start_time = printable(field(kStartTime));
    if (integer_in(field(kHeaderBytes)) != static_cast<std::int64_t>(header_.bytes)) {
      header_.warnings.push_back(
          fmt::format("the header says it has '{}' bytes; {} signals make {}",
                      printable(field(kHeaderBytes)), header_.signals.size(), header_.bytes));
    }
    const auto seconds = number_in(field(kRecordSeconds));
    if (seconds && *seconds > 0) header_.record_seconds = *seconds;
  }

  /// The fields of signals stand one kind after the other.
  void read_signals() {
    std::size_t at = kFixedBytes;
    const auto each = [&](std::size_t length, const auto& take) {
      for (EdfSignal& signal : header_.signals) {
        take(signal, field({at, length}));
        at += length;
      }
    };
    const auto skip = [&](std::size_t length) { at += length * header_.signals.size(); };
    each(16, [](EdfSignal& signal, std::string_view text) { signal.label = trim(to_utf8(text)); });
    skip(80);  // transducer
    each(8,
         [](EdfSignal& signal, std::string_view text) { signal.dimension = trim(to_utf8(text)); });
    const auto numbers = [&](std::optional<double> EdfSignal::*number) {
      each(8, [&](EdfSignal& signal, std::string_view text) { signal.*number = number_in(text); });
    };
    numbers(&EdfSignal::physical_min);
    numbers(&EdfSignal::physical_max);
    numbers(&EdfSignal::digital_min);
    numbers(&EdfSignal::digital_max);
    skip(80);  // filters
    each(8, [&](EdfSignal& signal, std::string_view text) {
      const auto samples = integer_in(text);
      if (!samples || *samples < 0) {
        throw Error(
            where(at),
            fmt::format("'{}' samples a record of signal '{}'", printable(text), signal.label),
            "the header is damaged; get a whole copy of the file");
      }
      signal.samples = static_cast<std::size_t>(*samples);
    });
  }

  void lay_out_records() {
    for (EdfSignal& signal : header_.signals) {
      signal.in_record = header_.record_bytes;
      header_.record_bytes += signal.samples * header_.sample_bytes();
    }
    if (header_.record_bytes == 0) {
      throw Error(file_.place(), "its data records hold no samples",
                  "the file holds nothing to read");
    }
  }

  void count_records() {
    const std::uint64_t data = file_.size() - header_.bytes;
    const std::uint64_t held = data / header_.record_bytes;
    const auto declared = integer_in(field(kRecords));
    if (held == 0) {
      throw Error(where(file_.size()),
                  fmt::format("cut off within the first data record: {} of {} bytes", data,
                              header_.record_bytes),
                  "get a whole copy of the file");
    }
    header_.records = held;
    if (!declared || *declared < 1) {
      header_.warnings.push_back(fmt::format(
          "the header does not tell how many data records there are; the file holds {}", held));
      return;
    }
    const auto wanted = static_cast<std::uint64_t>(*declared);
    header_.records = std::min(held, wanted);
    if (held < wanted) {
      header_.warnings.push_back(fmt::format(
          "the file is cut off: {} of {} data records; the recording is shortened", held, wanted));
    } else if (const std::uint64_t surplus = data - wanted * header_.record_bytes; surplus > 0) {
      header_.warnings.push_back(fmt::format(
          "{} bytes follow the {} data records that the header declares; they are left out",
          surplus, wanted));
    }
  }

  const InputFile& file_;
  std::string text_;
  EdfHeader header_;
};

}  // namespace

bool EdfSignal::is_annotation() const {
  return same_word(label, "EDF Annotations") || same_word(label, "BDF Annotations");
}

bool EdfSignal::is_status() const { return same_word(label, "Status"); }

std::string EdfHeader::format() const {
  return fmt::format("{}{}{}", bdf ? "BDF" : "EDF", plus ? "+" : "", discontinuous ? "D" : "");
}

bool looks_like_edf(std::string_view beginning) {
  if (beginning.starts_with(kBdfVersion)) return true;
  if (beginning.size() < kFixedBytes || beginning[0] != '0') return false;
  const std::string_view fixed = beginning.substr(0, kFixedBytes);
  const auto at = [&](Field field) { return fixed.substr(field.at, field.length); };
  const bool version = printable(fixed.substr(0, kPatient.at)) == "0";
  const bool a_table = fixed.find_first_of("\r\n") != std::string_view::npos;
  return version && !a_table && number_in(at(kSignals)) && number_in(at(kRecordSeconds));
}

EdfHeader read_edf_header(const InputFile& file) { return HeaderReader(file).read(); }

}  // namespace liteheart
