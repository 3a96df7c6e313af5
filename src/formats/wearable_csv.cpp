#include "formats/wearable_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "ecg/error.h"
#include "formats/decimal.h"
#include "formats/text.h"
#include "formats/timestamp.h"
#include "formats/wearable_unit.h"

namespace liteheart {
namespace {

/// Takes a cell off `text`, which may be quoted and then hold commas and line breaks. `last` where
/// the row ends behind it.
std::string_view take_cell(std::string_view& text, bool& last) {
  std::string_view cell;
  if (text.starts_with('"')) {
    const std::size_t closing = text.find('"', 1);
    cell = text.substr(1, closing == text.npos ? text.npos : closing - 1);
    text.remove_prefix(std::min(text.size(), cell.size() + 2));
    const std::size_t end = text.find_first_of(",\n");
    text.remove_prefix(std::min(end, text.size()));
  } else if (text.starts_with('[')) {
    const std::size_t closing = text.find_first_of("]\n");
    cell = text.substr(0, closing == text.npos ? text.npos : closing + 1);
    text.remove_prefix(std::min(text.size(), cell.size()));
  } else {
    cell = text.substr(0, text.find_first_of(",\n"));
    text.remove_prefix(cell.size());
  }
  last = text.empty() || text.front() == '\n';
  if (!text.empty()) text.remove_prefix(1);
  return trim(cell);
}

std::vector<std::string_view> take_row(std::string_view& text) {
  constexpr std::size_t kMostCells = 256;
  std::vector<std::string_view> cells;
  for (bool last = false; !last;) {
    const std::string_view cell = take_cell(text, last);
    if (cells.size() < kMostCells) cells.push_back(cell);
  }
  return cells;
}

/// A table of readings: names of its columns, and its first row with samples.
struct Readings {
  std::vector<std::string_view> names, row;
  std::size_t count = 0;  // rows that have samples

  /// Where the column is among the names, or beyond them.
  std::size_t column(std::string_view name) const {
    const auto is_called = [&](std::string_view written) {
      // Samsung writes some names with the table's in front of them.
      const bool behind_dot = written.size() > name.size() && written.ends_with(name) &&
                              written[written.size() - name.size() - 1] == '.';
      return same_word(written, name) || behind_dot;
    };
    const auto found = std::find_if(names.begin(), names.end(), is_called);
    return static_cast<std::size_t>(found - names.begin());
  }
  std::string_view field(std::string_view name) const {
    const std::size_t at = column(name);
    return at < row.size() ? row[at] : std::string_view();
  }
};

bool names_column(std::string_view line, std::string_view name) {
  bool last = false;
  while (!last && !line.empty())
    if (same_word(take_cell(line, last), name)) return true;
  return false;
}

Readings read_rows(std::string_view text, std::string_view samples) {
  Readings readings;
  readings.names = take_row(text);
  const std::size_t at = readings.column(samples);
  while (!text.empty()) {
    std::vector<std::string_view> row = take_row(text);
    if (at >= row.size() || row[at].empty()) continue;
    if (++readings.count == 1) readings.row = std::move(row);
  }
  return readings;
}

std::vector<float> samples_of(std::string_view cell, const std::string& place) {
  std::vector<float> samples;
  if (cell.starts_with('[')) cell.remove_prefix(1);
  if (cell.ends_with(']')) cell.remove_suffix(1);
  samples.reserve(static_cast<std::size_t>(std::count(cell.begin(), cell.end(), ',')) + 1);
  std::size_t bad = 0;
  while (!cell.empty()) {
    const std::size_t comma = cell.find_first_of(",;");
    double value = std::numeric_limits<double>::quiet_NaN();
    const std::string_view written = trim(cell.substr(0, comma));
    bad += !parse_decimal(written, '.', '.', value);
    samples.push_back(static_cast<float>(value));
    cell.remove_prefix(comma == cell.npos ? cell.size() : comma + 1);
  }
  if (bad * 20 > samples.size()) {
    throw Error(place, fmt::format("{} of {} samples are no numbers", bad, samples.size()),
                "get a whole copy of the export");
  }
  return samples;
}

std::string_view without_mark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

Recording begin(const InputFile& file, std::string_view format, const Readings& readings,
                std::string_view rate, const ReadOptions& options) {
  if (readings.count == 0)
    throw Error(file.place(), "no reading has samples", "export a reading with its waveform");
  Recording recording;
  recording.format = format;
  recording.name = file.path().stem();
  constexpr double kLowest = 10, kHighest = 100000;
  if (!parse_decimal(rate, '.', ',', recording.rate_hz)) recording.rate_hz = options.rate_hz;
  if (!(recording.rate_hz >= kLowest && recording.rate_hz <= kHighest)) {
    throw Error(file.place(), "the file does not say how many samples a second it holds",
                "say so with --rate HZ");
  }
  if (readings.count > 1) {
    recording.warnings.push_back(
        fmt::format("the file holds {} readings; the first is read", readings.count));
  }
  return recording;
}

void check_duration(std::string_view written, Recording& recording) {
  double seconds = 0;
  const double held = static_cast<double>(recording.samples) / recording.rate_hz;
  constexpr double kSlack = 1.5;
  if (parse_decimal(written, '.', ',', seconds) && seconds > held + kSlack) {
    recording.warnings.push_back(
        fmt::format("{} s are declared, {:.3g} s are there", seconds, held));
  }
}

std::string iso(std::string_view written) {
  const auto stamp = parse_timestamp(written);
  return stamp && stamp->dated ? stamp->iso : std::string();
}

}  // namespace

bool looks_like_withings_csv(const InputFile& file) {
  std::string_view text = without_mark(file.beginning());
  const std::string_view header = next_line(text);
  return names_column(header, "signal") && names_column(header, "frequency") &&
         names_column(header, "wearposition");
}

Recording read_withings_csv(InputFile& file, const ReadOptions& options) {
  const Readings readings = read_rows(without_mark(file.text()), "signal");
  Recording recording = begin(file, "Withings CSV", readings, readings.field("frequency"), options);
  const std::vector<float> samples = samples_of(readings.field("signal"), file.place());
  const std::optional<double> unit = withings_millivolts(readings.field("wearposition"), samples);
  take_samples(samples, unit_or_ask(unit, options, file.place()), "I", file.place(), recording);
  check_duration(readings.field("duration"), recording);
  recording.start = iso(readings.field("date"));
  recording.device = "Withings";
  if (const auto said = readings.field("doctor_assessment"); !said.empty())
    recording.statements.emplace_back(said);
  return recording;
}

bool looks_like_samsung_csv(const InputFile& file) {
  std::string_view text = without_mark(file.beginning());
  if (!next_line(text).starts_with("com.samsung.")) return false;
  const std::string_view header = next_line(text);
  return header.find("chart_data") != header.npos && header.find("sample_frequency") != header.npos;
}

Recording read_samsung_csv(InputFile& file, const ReadOptions& options) {
  std::string_view text = without_mark(file.text());
  next_line(text);
  const Readings readings = read_rows(text, "chart_data");
  Recording recording =
      begin(file, "Samsung Health CSV", readings, readings.field("sample_frequency"), options);
  const std::string_view cell = readings.field("chart_data");
  if (!cell.starts_with('[')) {
    throw Error(file.place(),
                fmt::format("the samples are not in this table but in {}", cell.substr(0, 80)),
                "read that file of the export");
  }
  const std::vector<float> samples = samples_of(cell, file.place());
  take_samples(samples, unit_or_ask(samsung_millivolts(samples), options, file.place()), "I",
               file.place(), recording);
  recording.start = iso(readings.field("start_time"));
  recording.device = "Samsung";
  return recording;
}

}  // namespace liteheart
