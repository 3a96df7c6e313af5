// A table in text: what separates its columns, where its rows begin, what stands above them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/time_axis.h"

namespace liteheart {

struct TableLayout {
  char separator = '\0';  // ',', ';', tab, ' ' for any blanks; NUL where there is one column only
  char decimal = '.';
  std::size_t columns = 0;
  std::size_t rows_at = 0;            // byte at which the first row begins
  std::size_t first_line = 1;         // its line
  std::vector<bool> numeric;          // of the columns: whether they hold numbers or times
  std::vector<std::string> names;     // of the columns; empty where none are written
  std::vector<std::string> units;     // of a second header line; mostly empty
  std::vector<std::string> preamble;  // the other lines above the rows, comment signs removed
};

/// Understands the table that `beginning`, the first bytes of a file, starts; `whole` says whether
/// these are all. At least ten rows of the same columns are needed, one column of numbers in them.
std::optional<TableLayout> understand_table(std::string_view beginning, bool whole);

/// The cells of a row, quotes removed. At most columns + 1 are given.
void split_row(std::string_view line, const TableLayout& layout,
               std::vector<std::string_view>& cells);

/// Whether a cell stands for a missing number (empty, "NaN", "null", "NA", "-", ...).
bool is_missing(std::string_view cell);

struct TableColumns {
  std::vector<std::vector<float>>
      values;  // [wanted column][row], NaN where missing or not a number
  std::vector<std::vector<double>> stamps;  // [time column][row], as written; timestamps in s
  std::vector<std::string> first_stamp;     // [time column], ISO 8601 or empty
  std::size_t rows = 0;
  std::vector<std::string> warnings;
};

/// Reads the columns `values` and `times` of all rows; what is no number is NaN and counted in a
/// warning. Throws Error (file, line) where more than a twentieth of the rows is no row of this
/// table. Takes memory in proportion to `text`.
TableColumns read_columns(std::string_view text, const TableLayout& layout,
                          const std::vector<std::size_t>& values,
                          const std::vector<std::size_t>& times, const std::string& place);

}  // namespace liteheart
