#include "formats/table_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ecg/error.h"
#include "formats/decimal.h"
#include "formats/text.h"
#include "formats/timestamp.h"

namespace liteheart {
namespace {

class ColumnReader {
 public:
  ColumnReader(const TableLayout& layout, const std::vector<std::size_t>& values,
               const std::vector<std::size_t>& times, const std::string& place)
      : layout_(layout), values_(values), times_(times), place_(place) {}

  TableColumns read(std::string_view text) {
    text.remove_prefix(std::min(layout_.rows_at, text.size()));
    const auto line_ends = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    const std::size_t most = std::min(line_ends, text.size() / layout_.columns) + 1;
    table_.values.resize(values_.size());
    table_.stamps.resize(times_.size());
    table_.first_stamp.resize(times_.size());
    for (auto& column : table_.values) column.reserve(most);
    for (auto& column : table_.stamps) column.reserve(most);
    for (line_ = layout_.first_line; !text.empty(); ++line_) {
      const std::string_view line = next_line(text);
      if (line.empty() || is_comment(line)) continue;
      split_row(line, layout_, cells_);
      if (cells_.size() == layout_.columns + 1 && cells_.back().empty()) cells_.pop_back();
      if (cells_.size() == layout_.columns) {
        take_row();
      } else {
        no_row(line);
      }
    }
    finish();
    return std::move(table_);
  }

 private:
  void take_row() {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const std::string_view cell = cells_[values_[i]];
      double number = 0;
      if (parse_decimal(cell, layout_.decimal, layout_.decimal, number)) {
        table_.values[i].push_back(static_cast<float>(number));
      } else {
        table_.values[i].push_back(std::numeric_limits<float>::quiet_NaN());
        if (!is_missing(cell)) bad(cell);
      }
    }
    for (std::size_t i = 0; i < times_.size(); ++i) take_stamp(i, cells_[times_[i]]);
    ++table_.rows;
  }

  void take_stamp(std::size_t column, std::string_view cell) {
    std::vector<double>& stamps = table_.stamps[column];
    double number = std::numeric_limits<double>::quiet_NaN();
    if (!parse_decimal(cell, layout_.decimal, layout_.decimal, number)) {
      if (const auto stamp = parse_timestamp(cell)) {
        number = stamp->seconds;
        if (!stamp->dated && !stamps.empty()) number += midnights(stamps.back(), number);
        if (stamps.empty()) table_.first_stamp[column] = stamp->iso;
      } else if (!is_missing(cell)) {
        bad(cell);
      }
    }
    stamps.push_back(number);
  }

  /// Seconds of the days that a clock at `now` has begun since it was at `before`, both of which
  /// count from the first midnight.
  static double midnights(double before, double now) {
    constexpr double kDay = 86400;
    const double days = std::ceil((before - now) / kDay - 0.5);
    return days > 0 ? days * kDay : 0;
  }

  void bad(std::string_view cell) {
    if (bad_cells_++ == 0) first_bad_ = fmt::format("line {}: '{}'", line_, shortened(cell));
    check_share(bad_cells_, "cells are no numbers");
  }

  void no_row(std::string_view line) {
    if (bad_rows_++ == 0) first_bad_row_ = fmt::format("line {}: '{}'", line_, shortened(line));
    check_share(bad_rows_, "lines are no rows");
  }

  /// The bad may be a twentieth of what was read, and twenty in the beginning.
  void check_share(std::size_t count, std::string_view what) const {
    constexpr std::size_t kAllowed = 20;
    if (count <= kAllowed || count * 20 <= table_.rows * std::max<std::size_t>(1, values_.size()))
      return;
    throw Error(fmt::format("{} line {}", place_, line_),
                fmt::format("{} {} of this table of {} columns", count, what, layout_.columns),
                "keep one table of numbers in the file");
  }

  void finish() {
    if (bad_cells_ > 0) {
      table_.warnings.push_back(
          fmt::format("{} cells are no numbers and are missing samples (the first: {})", bad_cells_,
                      first_bad_));
    }
    if (bad_rows_ > 0) {
      table_.warnings.push_back(
          fmt::format("{} lines are no rows of the table and are left out (the first: {})",
                      bad_rows_, first_bad_row_));
    }
  }

  static std::string_view shortened(std::string_view text) { return text.substr(0, 40); }

  const TableLayout& layout_;
  const std::vector<std::size_t>&values_, &times_;
  const std::string& place_;
  TableColumns table_;
  std::vector<std::string_view> cells_;
  std::size_t line_ = 0, bad_cells_ = 0, bad_rows_ = 0;
  std::string first_bad_, first_bad_row_;
};

}  // namespace

TableColumns read_columns(std::string_view text, const TableLayout& layout,
                          const std::vector<std::size_t>& values,
                          const std::vector<std::size_t>& times, const std::string& place) {
  return ColumnReader(layout, values, times, place).read(text);
}

}  // namespace liteheart
