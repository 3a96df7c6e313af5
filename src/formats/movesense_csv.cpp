#include "formats/movesense_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "ecg/error.h"
#include "ecg/units.h"
#include "formats/table_columns.h"
#include "formats/text_columns.h"
#include "formats/text_table.h"
#include "formats/time_axis.h"

namespace liteheart {
namespace {

constexpr std::size_t kPacket = 16;

/// Where packets begin among stamps in ms: after every step that is not 1.
std::vector<std::size_t> packet_starts(const std::vector<double>& stamps) {
  std::vector<std::size_t> starts;
  for (std::size_t i = 1; i < stamps.size(); ++i)
    if (stamps[i] - stamps[i - 1] != 1) starts.push_back(i);
  return starts;
}

bool in_packets(const std::vector<double>& stamps) {
  constexpr std::size_t kEnough = 4;
  const std::vector<std::size_t> starts = packet_starts(stamps);
  if (starts.size() < kEnough || starts.front() > kPacket) return false;
  for (std::size_t i = 1; i < starts.size(); ++i)
    if (starts[i] - starts[i - 1] != kPacket) return false;
  return stamps.size() - starts.back() <= kPacket;
}

/// The columns of stamps and of samples.
struct Columns {
  std::size_t stamps, samples;
};

std::optional<Columns> columns_of(std::string_view beginning, const TableLayout& layout) {
  if (layout.columns < 2 || layout.columns > 8) return std::nullopt;
  const std::string_view lines = beginning.substr(0, beginning.rfind('\n'));
  std::optional<std::size_t> stamps, samples;
  for (std::size_t i = 0; i < layout.columns; ++i) {
    const std::string name = i < layout.names.size() ? layout.names[i] : std::string();
    const ColumnRole role = column_meaning(name, {}).role;
    if (!stamps && role != ColumnRole::kEcg &&
        in_packets(read_columns(lines, layout, {}, {i}, {}).stamps[0])) {
      stamps = i;
    } else if (!samples && (role == ColumnRole::kEcg || role == ColumnRole::kSamples ||
                            role == ColumnRole::kUnnamed)) {
      samples = i;
    }
  }
  if (!stamps || !samples) return std::nullopt;
  return Columns{*stamps, *samples};
}

/// The rate the device has that is next to `rate`, where one is near.
double nominal(double rate) {
  constexpr std::array kRates = {125.0, 128.0, 200.0, 250.0, 256.0, 500.0, 512.0};
  constexpr double kNear = 0.01;
  for (const double known : kRates)
    if (std::abs(rate - known) < kNear * known) return known;
  return rate;
}

/// The packets on the time axis of samples: stamps a sixteenth apart give the samples' rate.
TimeAxis axis_of(const std::vector<double>& stamps, const std::string& place) {
  std::vector<std::size_t> starts = packet_starts(stamps);
  if (starts.empty() || starts.front() == kPacket) starts.insert(starts.begin(), 0);
  std::vector<double> seconds;
  seconds.reserve(starts.size());
  for (const std::size_t at : starts) seconds.push_back(stamps[at] / 1000 / kPacket);
  TimeAxis axis = read_time_axis(std::move(seconds));
  if (axis.rate_hz == 0)
    throw Error(place, "the packets' time stamps give no rate: " + axis.problem, "say --rate HZ");
  axis.rate_hz = nominal(axis.rate_hz);
  axis.samples = stamps.size();
  for (TimeAxis::Gap& gap : axis.gaps) {
    gap.before = starts[gap.before];
    gap.missing *= kPacket;
    axis.samples += gap.missing;
  }
  return axis;
}

std::size_t clear_rails(std::vector<float>& mv) {
  constexpr float kRail = 32.7665F;
  std::size_t cleared = 0;
  for (float& value : mv) {
    if (!(std::abs(value) >= kRail)) continue;
    value = std::numeric_limits<float>::quiet_NaN();
    ++cleared;
  }
  return cleared;
}

double millivolts(const TableLayout& layout, std::size_t column, const std::vector<float>& values,
                  const ReadOptions& options, const std::string& place) {
  if (column < layout.names.size())
    if (const auto named = column_meaning(layout.names[column], {}).millivolts) return *named;
  if (!options.unit.empty())
    if (const auto known = millivolts_in(options.unit)) return *known;
  // The device counts whole uV in 16 bits: fractions, none beyond 32.767, can only be mV.
  const bool fractions = std::any_of(values.begin(), values.end(), [](float value) {
    return !std::isnan(value) && value != std::round(value);
  });
  const bool in_range = std::none_of(values.begin(), values.end(),
                                     [](float value) { return std::abs(value) > 32.769F; });
  if (fractions && in_range) return 1;
  throw Error(place, "the file does not say in which unit its samples are",
              "say so with --unit mV or --unit uV");
}

}  // namespace

bool looks_like_movesense(const InputFile& file) {
  const std::string_view beginning = file.beginning();
  const auto layout = understand_table(beginning, beginning.size() == file.size());
  try {
    return layout && columns_of(beginning, *layout);
  } catch (const Error&) {
    return false;
  }
}

Recording read_movesense(InputFile& file, const ReadOptions& options) {
  const std::string_view beginning = file.beginning();
  const auto layout = understand_table(beginning, beginning.size() == file.size());
  const auto columns = layout ? columns_of(beginning, *layout) : std::nullopt;
  if (!columns) {
    throw Error(file.place(), "no column of packets is found in it",
                "read it as the logger wrote it");
  }
  TableColumns table =
      read_columns(file.text(), *layout, {columns->samples}, {columns->stamps}, file.place());
  std::vector<float> mv = std::move(table.values[0]);
  const double scale = millivolts(*layout, columns->samples, mv, options, file.place());
  for (float& value : mv) value = static_cast<float>(value * scale);

  Recording recording;
  recording.format = "Movesense";
  recording.name = file.path().stem();
  recording.device = "Movesense";
  recording.leads = {"ECG"};
  recording.warnings = std::move(table.warnings);
  const TimeAxis axis = axis_of(table.stamps[0], file.place());
  constexpr std::uint64_t kMostBytes = 6;
  if (axis.samples * sizeof(float) > kMostBytes * file.size()) {
    throw Error(file.place(), "most of the time lies in gaps",
                "split the file where the recording pauses");
  }
  recording.rate_hz = axis.rate_hz;
  if (const std::size_t cleared = clear_rails(mv); cleared > 0) {
    recording.warnings.push_back(fmt::format(
        "{} samples at the rails of 32.767 mV are missing: the electrodes were off", cleared));
  }
  if (std::all_of(mv.begin(), mv.end(), [](float value) { return std::isnan(value); }))
    throw Error(file.place(), "no sample lies within the rails", "record with the electrodes on");
  recording.mv = spread(mv, axis);
  recording.samples = recording.mv.size();
  if (!axis.gaps.empty()) {
    recording.warnings.push_back(
        fmt::format("packets are lost at {} places: {} samples are missing", axis.gaps.size(),
                    recording.samples - mv.size()));
  }
  return recording;
}

}  // namespace liteheart
