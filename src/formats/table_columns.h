// The numbers in the columns of a text table.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "formats/text_table.h"

namespace liteheart {

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
