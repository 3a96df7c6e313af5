// Comma-separated tables (RFC 4180): quoted fields may hold commas, quotes and line breaks.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace liteheart {

/// A table with a header line, read row by row:
///   CsvReader table(path);
///   const int patient = table.column("patient_id");
///   while (table.next()) use(table.field(patient));
class CsvReader {
 public:
  /// Throws Error if `path` cannot be read or has no header line.
  explicit CsvReader(const std::filesystem::path& path);

  /// Number of the column called `name`; -1 if there is none.
  int column(std::string_view name) const;
  /// The same, but throws Error with `remedy` if there is none.
  int required_column(std::string_view name, std::string_view remedy) const;
  /// Steps to the next row; false at the end. Throws Error with the line if the row does not have
  /// as many fields as the header, or a quote is never closed.
  bool next();
  /// Field of the current row; empty for column -1.
  std::string_view field(int column) const;
  /// "file line N" of the current row, for errors.
  std::string place() const;

 private:
  bool read_row(std::vector<std::string>& fields);

  std::string path_, text_;
  std::size_t at_ = 0, line_ = 1, row_line_ = 1;
  std::vector<std::string> header_, fields_;
};

/// `text` as a field: quoted where it must be.
std::string csv_field(std::string_view text);

}  // namespace liteheart
