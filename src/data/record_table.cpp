#include "data/record_table.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "data/csv.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

constexpr int kFoldersAboveSource = 2;
constexpr double kPtbxlAgeOver89 = 300;  // how PTB-XL writes it

// Ids and folds are whole numbers, but pandas writes them as "15709.0".
std::string without_point_zero(std::string_view text) {
  if (text.ends_with(".0")) text.remove_suffix(2);
  return std::string(text);
}

int parse_fold(const CsvReader& table, int column) {
  const std::string text = without_point_zero(table.field(column));
  if (text.empty()) return 0;
  int fold = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fold);
  if (error != std::errc{} || end != text.data() + text.size() || fold < 0)
    throw Error(table.place(), fmt::format("'{}' is not a fold", text), "folds are numbers from 1");
  return fold;
}

double parse_age(std::string_view text) {
  double age = -1;
  std::from_chars(text.data(), text.data() + text.size(), age);
  if (age == kPtbxlAgeOver89) age = 90;
  return std::isfinite(age) && age >= 0 ? age : -1;
}

std::string parse_sex(std::string_view text) {
  if (text.empty()) return {};
  if (text.front() == 'M' || text.front() == 'm') return "male";
  if (text.front() == 'F' || text.front() == 'f') return "female";
  return {};
}

bool truth(std::string_view text) { return text == "True" || text == "true" || text == "1"; }

// PTB-XL keeps the axis in a column of its own; its Challenge form counts extreme deviations with
// the others. AXL, AXR and SAG have no code there that we could verify.
std::optional<std::string> axis_deviation(std::string_view heart_axis) {
  if (heart_axis == "LAD" || heart_axis == "ALAD") return "LAD";
  if (heart_axis == "RAD" || heart_axis == "ARAD") return "RAD";
  return std::nullopt;
}

std::string record_name(std::string_view path) {
  return std::filesystem::path(path).filename().replace_extension().string();
}

}  // namespace

RecordTable::RecordTable(const std::filesystem::path& folder) : folder_(folder) {
  if (const auto file = folder / "records.csv"; std::filesystem::is_regular_file(file))
    read_records(file);
  if (const auto file = folder / "ptbxl_database.csv"; std::filesystem::is_regular_file(file))
    read_ptbxl(file);
  if (const auto file = folder / "exams.csv"; std::filesystem::is_regular_file(file))
    read_code(file);
}

const TableRow* RecordTable::find(std::string_view record) const {
  const auto found = row_of_.find(std::string(record));
  return found == row_of_.end() ? nullptr : &rows_[found->second];
}

void RecordTable::read_records(const std::filesystem::path& file) {
  CsvReader table(file);
  const int record = table.required_column(
      "record", "records.csv beside recordings lists record,patient_id,fold,age,sex");
  const int patient = table.column("patient_id"), fold = table.column("fold"),
            age = table.column("age"), sex = table.column("sex");
  while (table.next()) {
    TableRow row;
    row.patient = without_point_zero(table.field(patient));
    row.fold = parse_fold(table, fold);
    row.age_years = parse_age(table.field(age));
    row.sex = parse_sex(table.field(sex));
    rows_.push_back(std::move(row));
    name_row(record_name(table.field(record)), rows_.size() - 1);
  }
}

void RecordTable::read_ptbxl(const std::filesystem::path& file) {
  CsvReader table(file);
  const auto column = [&](std::string_view name) {
    return table.required_column(name, "use ptbxl_database.csv as PTB-XL ships it");
  };
  const int id = column("ecg_id"), patient = column("patient_id"), fold = column("strat_fold"),
            statements = column("scp_codes"), name_lr = column("filename_lr"),
            name_hr = column("filename_hr"), age = table.column("age"), sex = table.column("sex"),
            axis = table.column("heart_axis");
  while (table.next()) {
    TableRow row;
    row.patient = without_point_zero(table.field(patient));
    row.fold = parse_fold(table, fold);
    row.age_years = parse_age(table.field(age));
    const std::string sex_code = without_point_zero(table.field(sex));
    row.sex = sex_code == "0" ? "male" : sex_code == "1" ? "female" : "";
    row.statements = scp_statements(table.field(statements));
    if (const auto deviation = axis_deviation(table.field(axis)))
      row.statements.push_back(*deviation);
    row.name_100hz = record_name(table.field(name_lr));
    row.name_500hz = record_name(table.field(name_hr));
    rows_.push_back(row);
    name_row(row.name_100hz, rows_.size() - 1);
    name_row(row.name_500hz, rows_.size() - 1);
    const std::string challenge_name = fmt::format("HR{:0>5}", without_point_zero(table.field(id)));
    name_row(challenge_name, rows_.size() - 1);
  }
}

void RecordTable::read_code(const std::filesystem::path& file) {
  CsvReader table(file);
  const int exam = table.required_column("exam_id", "use exams.csv as CODE-15 ships it");
  const int patient = table.column("patient_id"), age = table.column("age"),
            male = table.column("is_male");
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kClasses = {
      {{"1dAVb", "270492004"},
       {"RBBB", "59118001"},
       {"LBBB", "164909002"},
       {"SB", "426177001"},
       {"ST", "427084000"},
       {"AF", "164889003"}}};
  while (table.next()) {
    TableRow row;
    row.patient = without_point_zero(table.field(patient));
    row.age_years = parse_age(table.field(age));
    const std::string_view is_male = table.field(male);
    row.sex = is_male.empty() ? "" : truth(is_male) ? "male" : "female";
    for (const auto& [column, code] : kClasses)
      if (truth(table.field(table.column(column)))) row.statements.emplace_back(code);
    rows_.push_back(std::move(row));
    name_row(without_point_zero(table.field(exam)), rows_.size() - 1);
  }
}

void RecordTable::name_row(std::string record, std::size_t row) {
  if (!record.empty()) row_of_.emplace(std::move(record), row);
}

std::optional<RecordTables::Found> RecordTables::find(const std::filesystem::path& path,
                                                      const std::filesystem::path& source,
                                                      const std::filesystem::path& beside_archive) {
  const std::string name = path.stem().string();
  int above_source = -1;  // folders that we have climbed above the source
  for (auto folder = path.parent_path();; folder = above_source == 0 && !beside_archive.empty()
                                                       ? beside_archive
                                                       : folder.parent_path()) {
    if (above_source >= 0 || folder == source) ++above_source;
    const RecordTable& table = table_of(folder);
    if (const TableRow* row = table.find(name)) return Found{&table, row};
    if (above_source == kFoldersAboveSource || folder == folder.parent_path()) return std::nullopt;
  }
}

const RecordTable& RecordTables::table_of(const std::filesystem::path& folder) {
  auto& table = tables_[folder];
  if (!table) table = std::make_unique<RecordTable>(folder);
  return *table;
}

std::vector<std::string> scp_statements(std::string_view dictionary) {
  std::vector<std::string> statements;
  while (true) {
    const std::size_t begin = dictionary.find_first_of("'\"");
    if (begin == std::string_view::npos) return statements;
    const std::size_t end = dictionary.find(dictionary[begin], begin + 1);
    if (end == std::string_view::npos) return statements;
    statements.emplace_back(dictionary.substr(begin + 1, end - begin - 1));
    dictionary.remove_prefix(end + 1);
  }
}

}  // namespace liteheart
