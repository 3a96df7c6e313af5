#include "data/dataset_splits.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>

#include "data/csv.h"
#include "data/dataset_json.h"
#include "data/splits.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

constexpr std::string_view kFilePrefix = "file:";

bool contains(const std::vector<int>& folds, int fold) {
  return std::ranges::find(folds, fold) != folds.end();
}

bool is_trained_on(const RecordRow& row, const PrepareOptions& options) {
  return std::ranges::find(options.train_centres, row.centre) != options.train_centres.end();
}

void split_by_fold(std::span<RecordRow> rows, const PrepareOptions& options) {
  const auto to_split = [&](const RecordRow& row) { return !is_trained_on(row, options); };
  const auto folded = [&](const RecordRow& row) { return to_split(row) && row.fold > 0; };
  if (std::ranges::any_of(rows, to_split) && std::ranges::none_of(rows, folded))
    throw Error(
        "", "no recording has a fold",
        "put a records.csv with record,patient_id,fold beside them, or use --split patient");
  for (RecordRow& row : rows) {
    row.split = contains(options.train_folds, row.fold)      ? Split::kTrain
                : contains(options.validate_folds, row.fold) ? Split::kValidate
                : contains(options.test_folds, row.fold)     ? Split::kTest
                                                             : Split::kNone;
  }
}

void split_by_patient(std::span<RecordRow> rows, std::span<const std::uint8_t> labels,
                      std::size_t classes, const PrepareOptions& options) {
  if (options.shares.size() != 3)
    throw Error("", fmt::format("{} shares for three splits", options.shares.size()),
                "give those of train, validate and test, for example 0.8, 0.1 and 0.1");
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (!is_trained_on(rows[i], options)) members.push_back(i);
  const std::vector<int> part = stratify_patients(
      rows, members, [&](std::size_t i) { return labels.subspan(i * classes, classes); }, classes,
      options.shares, options.seed);
  for (std::size_t k = 0; k < members.size(); ++k)
    rows[members[k]].split = std::array{Split::kTrain, Split::kValidate, Split::kTest}[part[k]];
}

/// What a file lists: a split by centre (or "", where the file names none) and record.
struct SplitFile {
  bool by_centre = false;
  std::map<std::pair<std::string, std::string>, Split> listed;
};

SplitFile read_split_file(const std::string& path) {
  CsvReader table(path);
  constexpr std::string_view kRemedy = "list record,split (and centre, where names repeat)";
  const int record = table.required_column("record", kRemedy);
  const int split = table.required_column("split", kRemedy);
  const int centre = table.column("centre");
  SplitFile file{centre >= 0, {}};
  while (table.next()) {
    const auto which = split_named(table.field(split));
    if (!which)
      throw Error(table.place(), fmt::format("'{}' is not a split", table.field(split)),
                  "use train, validate, test or none");
    file.listed[{std::string(table.field(centre)), std::string(table.field(record))}] = *which;
  }
  return file;
}

void split_by_file(std::span<RecordRow> rows, const std::string& path) {
  const SplitFile file = read_split_file(path);
  std::size_t found = 0;
  for (RecordRow& row : rows) {
    const auto entry = file.listed.find({file.by_centre ? row.centre : "", row.record});
    if (entry == file.listed.end()) continue;
    row.split = entry->second;
    ++found;
  }
  if (found == 0)
    throw Error(path, "lists none of the recordings",
                "its column 'record' holds names without folder and extension");
}

void train_on_centres(std::span<RecordRow> rows, const PrepareOptions& options) {
  for (RecordRow& row : rows)
    if (is_trained_on(row, options)) row.split = Split::kTrain;
}

void check_patients(std::span<const RecordRow> rows) {
  std::unordered_map<std::string_view, Split> split_of;
  for (const RecordRow& row : rows) {
    if (row.split == Split::kNone) continue;
    const auto [entry, is_new] = split_of.emplace(row.patient, row.split);
    if (!is_new && entry->second != row.split)
      throw Error(row.centre + "/" + row.record,
                  fmt::format("patient {} would be in {} and in {}", row.patient,
                              split_name(entry->second), split_name(row.split)),
                  "mend the folds or the file, or use --split patient");
  }
}

}  // namespace

void check_split(const PrepareOptions& options) {
  const std::string& way = options.split;
  if (way.starts_with(kFilePrefix))
    read_split_file(way.substr(kFilePrefix.size()));
  else if (way != "auto" && way != "fold" && way != "patient" && way != "test")
    throw Error("--split", fmt::format("split '{}' is unknown", way),
                "use auto, fold, patient, test or file:PATH");
}

void check_train_centres(const PrepareOptions& options, const std::set<std::string>& centres) {
  for (const std::string& name : options.train_centres)
    if (!centres.contains(name))
      throw Error("--train-centres", fmt::format("there is no centre '{}' to train on", name),
                  fmt::format("there are {}", fmt::join(centres, ", ")));
}

void assign_splits(std::span<RecordRow> rows, std::span<const std::uint8_t> labels,
                   std::size_t classes, const PrepareOptions& options) {
  std::string way = options.split;
  if (way == "auto")
    way =
        std::ranges::all_of(
            rows, [&](const RecordRow& row) { return row.fold > 0 || is_trained_on(row, options); })
            ? "fold"
            : "patient";
  if (way == "fold") {
    split_by_fold(rows, options);
  } else if (way == "patient") {
    split_by_patient(rows, labels, classes, options);
  } else if (way == "test") {
    for (RecordRow& row : rows) row.split = Split::kTest;
  } else {
    split_by_file(rows, way.substr(kFilePrefix.size()));
  }
  train_on_centres(rows, options);
  check_patients(rows);
}

}  // namespace liteheart
