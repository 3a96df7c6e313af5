#include "formats/text_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "ecg/error.h"
#include "ecg/leads.h"
#include "ecg/units.h"
#include "formats/table_columns.h"
#include "formats/text.h"
#include "formats/text_preamble.h"
#include "formats/text_roles.h"
#include "formats/time_axis.h"
#include "formats/timestamp.h"

namespace liteheart {
namespace {

/// Seconds in one unit of stamps whose column does not name it: what gives a rate an ECG has.
/// Only one can, since units are a thousand apart.
double plausible_unit(const std::vector<double>& stamps) {
  constexpr double kSlowest = 40, kFastest = 20000;
  std::vector<double> steps;
  for (std::size_t i = 1; i < stamps.size() && i < 1000; ++i) {
    const double step = stamps[i] - stamps[i - 1];
    if (step > 0) steps.push_back(step);
  }
  if (steps.empty()) return 0;
  std::nth_element(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2),
                   steps.end());
  const double step = steps[steps.size() / 2];
  // A step of 1 counts samples as likely as milliseconds, unless the stamps are of this century.
  constexpr double kEpochMs = 1e12;
  if (step == 1 && !(stamps[0] >= kEpochMs && stamps[0] < 3e12)) return 0;
  for (const double unit : {1.0, 1e-3, 1e-6, 1e-9}) {
    const double rate = 1 / (step * unit);
    if (rate >= kSlowest && rate < kFastest) return unit;
  }
  return 0;
}

/// When the stamps count from 1970, the time of `stamp` in ISO 8601.
std::string epoch_start(double seconds) {
  constexpr double kFirst = 9.4e8, kLast = 4.1e9;  // the years 2000 to 2099
  return seconds > kFirst && seconds < kLast ? iso_of_epoch(seconds) : std::string();
}

class TableReader {
 public:
  TableReader(InputFile& file, const TableLayout& layout, const ReadOptions& options,
              const TableHints& hints)
      : file_(file), layout_(layout), options_(options), hints_(hints) {}

  Recording read() {
    roles_ = roles_of(file_.beginning(), layout_);
    facts_ = preamble_facts(layout_.preamble);
    if (roles_.values.empty()) {
      throw Error(file_.place(), "no column of this table is an ECG",
                  "name the ECG's columns after their leads, or 'ecg'");
    }
    recording_.format = hints_.format;
    recording_.name = file_.path().stem();
    recording_.start = facts_.start;
    columns_ = read_columns(file_.text(), layout_, roles_.values, roles_.times, file_.place());
    if (columns_.rows == 0)
      throw Error(file_.place(), "the table has no rows", "get a whole copy of it");
    for (std::string& warning : columns_.warnings) recording_.warnings.push_back(warning);
    choose_rate();
    take_leads();
    if (roles_.left_out > 0) {
      recording_.warnings.push_back(
          fmt::format("{} columns that are no ECG are left out", roles_.left_out));
    }
    return std::move(recording_);
  }

 private:
  void choose_rate() {
    std::string problem;
    for (const std::string& iso : columns_.first_stamp)
      if (recording_.start.empty()) recording_.start = iso;
    for (std::size_t i = 0; i < roles_.times.size() && axis_.rate_hz == 0; ++i)
      try_stamps(i, problem);
    const double stated = stated_rate();
    const double known = options_.rate_hz > 0 ? options_.rate_hz : 0;
    if (axis_.rate_hz > 0) {
      recording_.rate_hz = axis_.rate_hz;
      warn_of_other_rate(stated, "a rate of {:.6g} Hz is written, but the time column says {:.6g}");
      warn_of_other_rate(known, "the rate of {:.6g} Hz is not used: the time column says {:.6g}");
      return;
    }
    axis_ = {};
    axis_.samples = columns_.rows;
    recording_.rate_hz = stated > 0 ? stated : known > 0 ? known : hints_.rate_hz;
    if (!(recording_.rate_hz > 0) || !std::isfinite(recording_.rate_hz)) {
      throw Error(file_.place(),
                  problem.empty() ? "the file does not say how many samples a second it holds"
                                  : "the time column gives no rate: " + problem,
                  unit_is_known() ? "say so with --rate HZ"
                                  : "say so with --rate HZ, and the unit with --unit mV or uV");
    }
    if (stated > 0)
      warn_of_other_rate(known, "the rate of {:.6g} Hz is not used: the file says {:.6g}");
    if (stated <= 0 && known <= 0) {
      recording_.warnings.push_back(
          fmt::format("the file tells no rate; {} Hz is the device's nominal one", hints_.rate_hz));
    }
    if (!problem.empty()) recording_.warnings.push_back("the time column is not used: " + problem);
  }

  double stated_rate() const {
    if (facts_.rate_hz > 0) return facts_.rate_hz;
    for (const std::string& name : layout_.names)
      if (const double rate = rate_in(name); rate > 0) return rate;
    return 0;
  }

  void warn_of_other_rate(double other, std::string_view words) {
    constexpr double kSame = 0.01;
    if (other > 0 && std::abs(other - recording_.rate_hz) > kSame * recording_.rate_hz)
      recording_.warnings.push_back(fmt::format(fmt::runtime(words), other, recording_.rate_hz));
  }

  void try_stamps(std::size_t which, std::string& problem) {
    std::vector<double> stamps = std::move(columns_.stamps[which]);
    const std::string& iso = columns_.first_stamp[which];
    const auto first =
        std::find_if(stamps.begin(), stamps.end(), [](double stamp) { return !std::isnan(stamp); });
    if (first == stamps.end()) return;
    const double first_stamp = *first;
    double unit = roles_.meaning[roles_.times[which]].seconds;
    if (!iso.empty() || is_clock(which)) unit = 1;
    if (unit == 0) unit = plausible_unit(stamps);
    if (unit == 0) {
      problem = "its unit is not known";
      return;
    }
    for (double& stamp : stamps) stamp *= unit;
    TimeAxis axis = read_time_axis(std::move(stamps));
    if (axis.rate_hz > 0 &&
        (axis.rate_hz < hints_.slowest_hz || axis.rate_hz > hints_.fastest_hz)) {
      axis.problem = fmt::format("{:.6g} Hz is not the device's", axis.rate_hz);
      axis.rate_hz = 0;
    }
    if (axis.rate_hz == 0) {
      if (problem.empty()) problem = axis.problem;
      return;
    }
    if (recording_.start.empty()) recording_.start = epoch_start(first_stamp * unit);
    check_growth(axis);
    axis_ = std::move(axis);
    std::size_t missing = 0;
    for (const TimeAxis::Gap& gap : axis_.gaps) missing += gap.missing;
    for (const std::string& warning : axis_.warnings) recording_.warnings.push_back(warning);
    if (missing > 0) {
      recording_.warnings.push_back(
          fmt::format("{} gaps in time: {} samples are missing", axis_.gaps.size(), missing));
    }
  }

  /// Whether the column holds times of day, which are in seconds then.
  bool is_clock(std::size_t which) const {
    std::string_view text =
        file_.beginning().substr(std::min(layout_.rows_at, file_.beginning().size()));
    std::vector<std::string_view> cells;
    split_row(next_line(text), layout_, cells);
    const std::size_t column = roles_.times[which];
    return column < cells.size() && parse_timestamp(cells[column]).has_value();
  }

  /// Gaps may not make a small file a huge recording.
  void check_growth(const TimeAxis& axis) const {
    constexpr std::uint64_t kMostBytes = 6;  // of samples for one of the file
    if (axis.samples * roles_.values.size() * sizeof(float) > kMostBytes * file_.size()) {
      throw Error(file_.place(), "most of the time lies in gaps",
                  "split the file where the recording pauses");
    }
  }

  void take_leads() {
    recording_.samples = axis_.samples;
    bool any = false;
    for (std::size_t i = 0; i < roles_.values.size(); ++i) {
      std::vector<float> values = std::move(columns_.values[i]);
      const ColumnMeaning& meaning = roles_.meaning[roles_.values[i]];
      const double scale = millivolts(meaning);
      for (float& value : values) {
        value = static_cast<float>(value * scale);
        any |= std::isfinite(value);
        if (std::isinf(value)) value = std::numeric_limits<float>::quiet_NaN();
      }
      const std::vector<float> even =
          axis_.gaps.empty() ? std::move(values) : spread(values, axis_);
      if (recording_.mv.empty()) recording_.mv.reserve(axis_.samples * roles_.values.size());
      recording_.mv.insert(recording_.mv.end(), even.begin(), even.end());
      recording_.leads.push_back(lead_of(meaning, i));
    }
    if (!any) throw Error(file_.place(), "no sample is a number", "get a whole copy of the file");
  }

  std::string lead_of(const ColumnMeaning& meaning, std::size_t i) const {
    if (meaning.says_ecg && !meaning.name.empty()) return meaning.name;
    if (roles_.values.size() == 1) return "ECG";
    return meaning.name.empty() || meaning.role == ColumnRole::kUnnamed
               ? fmt::format("ECG {}", i + 1)
               : meaning.name;
  }

  bool unit_is_known() const {
    return !facts_.unit.empty() || !hints_.unit.empty() || !options_.unit.empty() ||
           std::all_of(roles_.values.begin(), roles_.values.end(),
                       [&](std::size_t i) { return roles_.meaning[i].millivolts.has_value(); });
  }

  double millivolts(const ColumnMeaning& meaning) {
    std::optional<double> said = meaning.millivolts;
    if (!said) said = millivolts_in(facts_.unit);
    if (!said) said = millivolts_in(hints_.unit);
    if (!options_.unit.empty()) {
      const std::optional<double> known = millivolts_in(options_.unit);
      if (!known) {
        throw Error(file_.place(), fmt::format("'{}' is no unit of a voltage", options_.unit),
                    "say --unit mV or --unit uV");
      }
      if (said && *said != *known && !warned_of_unit_) {
        recording_.warnings.push_back(fmt::format(
            "the unit {} is not used: the file names another one itself", options_.unit));
        warned_of_unit_ = true;
      }
      if (!said) said = known;
    }
    if (!said) {
      throw Error(file_.place(), "the file does not say in which unit its samples are",
                  "say so with --unit mV or --unit uV");
    }
    return *said;
  }

  InputFile& file_;
  const TableLayout& layout_;
  const ReadOptions& options_;
  const TableHints& hints_;
  TableRoles roles_;
  PreambleFacts facts_;
  TableColumns columns_;
  TimeAxis axis_;
  Recording recording_;
  bool warned_of_unit_ = false;
};

/// JSON and XML may hold lines of numbers, but are no tables.
bool is_markup(std::string_view beginning) {
  if (beginning.starts_with(kByteOrderMark)) beginning.remove_prefix(kByteOrderMark.size());
  const std::size_t first = beginning.find_first_not_of(" \t\r\n");
  return first != beginning.npos &&
         std::string_view("{[<").find(beginning[first]) != std::string_view::npos;
}

}  // namespace

bool looks_like_text_ecg(const InputFile& file) {
  const std::string_view beginning = file.beginning();
  if (is_markup(beginning)) return false;
  const auto layout = understand_table(beginning, beginning.size() == file.size());
  if (!layout) return false;
  const TableRoles roles = roles_of(beginning, *layout);
  return holds_ecg(beginning, *layout, roles);
}

Recording read_text_ecg(InputFile& file, const ReadOptions& options) {
  const std::string_view beginning = file.beginning();
  const auto layout = understand_table(beginning, beginning.size() == file.size());
  if (!layout) {
    throw Error(file.place(), "no table of samples is found in it",
                "write one row a sample, the same columns in each");
  }
  return read_ecg_table(file, *layout, options, {});
}

Recording read_ecg_table(InputFile& file, const TableLayout& layout, const ReadOptions& options,
                         const TableHints& hints) {
  return TableReader(file, layout, options, hints).read();
}

}  // namespace liteheart
