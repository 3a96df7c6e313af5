// A table in text: what separates its columns, where its rows begin, what stands above them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// Whether a line is a comment: '#', '%' or "//" begin it.
bool is_comment(std::string_view line);
/// Whether a cell stands for a missing number (empty, "NaN", "null", "NA", "-", ...).
bool is_missing(std::string_view cell);

}  // namespace liteheart
