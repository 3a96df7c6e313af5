// Tables that lie beside recordings and say who they are of: records.csv
// (record,patient_id,fold,age,sex,...), PTB-XL's own ptbxl_database.csv and CODE-15's exams.csv.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace liteheart {

/// What a table says about one recording; what it leaves open is empty, 0 or < 0.
struct TableRow {
  std::string patient;
  int fold = 0;
  double age_years = -1;
  std::string sex;  // "male", "female" or empty
  // SCP-ECG, e.g. "NORM", "SR", and LAD or RAD for the axis; or SNOMED CT codes.
  std::vector<std::string> statements;
  // PTB-XL keeps every recording at two rates; the names of both, or empty.
  std::string name_100hz, name_500hz;
};

class RecordTable {
 public:
  /// Reads the tables of `folder`, if there are any; records.csv comes before the others.
  /// Throws Error with file and line if a table cannot be understood: without it patients would be
  /// taken apart unnoticed.
  explicit RecordTable(const std::filesystem::path& folder);

  const std::filesystem::path& folder() const { return folder_; }
  /// The row of a record by its name (without folder and extension); nullptr if it is not listed.
  const TableRow* find(std::string_view record) const;

 private:
  void read_records(const std::filesystem::path& file);
  void read_ptbxl(const std::filesystem::path& file);
  void read_code(const std::filesystem::path& file);
  void name_row(std::string record, std::size_t row);

  std::filesystem::path folder_;
  std::vector<TableRow> rows_;
  std::unordered_map<std::string, std::size_t> row_of_;
};

/// Finds the table that governs a recording, reading each once.
class RecordTables {
 public:
  struct Found {
    const RecordTable* table;
    const TableRow* row;
  };
  /// The nearest table that lists the recording `path`: in its folder or one above it, up to two
  /// folders above `source` (so that one fold of a data set finds the data set's table). Above an
  /// unpacked archive lies `beside_archive`, where that is not empty.
  std::optional<Found> find(const std::filesystem::path& path, const std::filesystem::path& source,
                            const std::filesystem::path& beside_archive = {});

 private:
  const RecordTable& table_of(const std::filesystem::path& folder);
  std::map<std::filesystem::path, std::unique_ptr<RecordTable>> tables_;
};

/// Keys of a Python dictionary as PTB-XL writes it: "{'NORM': 100.0, 'SR': 0.0}" is NORM and SR.
/// All statements count: form and rhythm statements have likelihood 0, which there means unknown.
std::vector<std::string> scp_statements(std::string_view dictionary);

}  // namespace liteheart
