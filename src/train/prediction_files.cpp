#include "train/prediction_files.h"

#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>

#include "data/csv.h"
#include "data/npy.h"
#include "data/output_file.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kAgain = "evaluate again with --predictions";

template <class T>
void write_array(const fs::path& file, const char* descr, const std::vector<T>& values,
                 std::size_t records, std::size_t classes) {
  replace_file(file, [&](OutputFile& out) {
    out.write_at(0, npy_header(descr, {records, classes}));
    out.write_at(kNpyHeaderBytes, values.data(), values.size() * sizeof(T));
  });
}

template <class T>
std::vector<T> read_array(const fs::path& file, const char* descr, std::size_t records,
                          std::size_t classes) {
  const NpyHeader header = read_npy_header(file);
  if (header.descr != descr || header.shape != std::vector{records, classes})
    throw Error(file.string(), fmt::format("is not {} [{}, {}]", descr, records, classes), kAgain);
  std::ifstream in(file, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(header.bytes));
  std::vector<T> values(records * classes);
  if (!in.read(reinterpret_cast<char*>(values.data()),
               static_cast<std::streamsize>(values.size() * sizeof(T))))
    throw Error(file.string(), "ends too early", kAgain);
  return values;
}

json decision_json(const StoredPredictions& s) {
  json classes = json::array();
  for (std::size_t c = 0; c < s.classes.size(); ++c)
    classes.push_back({{"code", s.classes[c].code},
                       {"abbreviation", s.classes[c].abbreviation},
                       {"threshold", s.decision.threshold[c]},
                       {"slope", s.decision.slope[c]},
                       {"intercept", s.decision.intercept[c]}});
  return {{"classes", classes}};
}

/// Dense numbers of the patients, in order of appearance.
std::vector<int> read_patients(const fs::path& file) {
  CsvReader table(file);
  const int column = table.required_column("patient", kAgain);
  std::unordered_map<std::string, int> number;
  std::vector<int> patients;
  while (table.next())
    patients.push_back(
        number.emplace(table.field(column), static_cast<int>(number.size())).first->second);
  return patients;
}

}  // namespace

void write_predictions(const fs::path& folder, const StoredPredictions& stored,
                       std::span<const RecordRow* const> rows) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  const Predictions& p = stored.predictions;
  write_array(folder / "logits.npy", "<f4", p.logit, p.records, p.classes);
  write_array(folder / "labels.npy", "|u1", p.label, p.records, p.classes);
  std::string csv = "record,centre,patient\n";
  for (const RecordRow* row : rows)
    csv += fmt::format("{},{},{}\n", csv_field(row->record), csv_field(row->centre),
                       csv_field(row->patient));
  replace_file(folder / "records.csv", csv);
  replace_file(folder / "decision.json", decision_json(stored).dump(2) + "\n");
}

StoredPredictions read_predictions(const fs::path& folder) {
  const fs::path description = folder / "decision.json";
  std::ifstream in(description);
  if (!in) throw Error(folder.string(), "holds no predictions (no decision.json)", kAgain);
  StoredPredictions s;
  try {
    const json decisions = json::parse(in);
    for (const json& c : decisions.at("classes")) {
      s.classes.push_back({c.at("code"), c.at("abbreviation"), {}, false, {}});
      s.decision.threshold.push_back(c.at("threshold"));
      s.decision.slope.push_back(c.at("slope"));
      s.decision.intercept.push_back(c.at("intercept"));
    }
  } catch (const json::exception& e) {
    throw Error(description.string(), fmt::format("cannot be read ({})", e.what()), kAgain);
  }
  Predictions& p = s.predictions;
  p.patient = read_patients(folder / "records.csv");
  p.records = p.patient.size();
  p.classes = s.classes.size();
  p.logit = read_array<float>(folder / "logits.npy", "<f4", p.records, p.classes);
  p.label = read_array<std::uint8_t>(folder / "labels.npy", "|u1", p.records, p.classes);
  return s;
}

}  // namespace liteheart
