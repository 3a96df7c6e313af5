// Which columns of a text table are samples of an ECG, and which their time.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "formats/text_columns.h"
#include "formats/text_table.h"

namespace liteheart {

/// Columns of a table and what they are taken for.
struct TableRoles {
  std::vector<std::size_t> values, times;
  std::vector<ColumnMeaning> meaning;  // of every column
  std::size_t left_out = 0;
};

/// Judges the columns by their names and, where they have none, by their numbers in `beginning`.
TableRoles roles_of(std::string_view beginning, const TableLayout& layout);

/// Whether the table's values may be an ECG: a name and a unit say so, or they move as a signal
/// does.
bool holds_ecg(std::string_view beginning, const TableLayout& layout, const TableRoles& roles);

}  // namespace liteheart
