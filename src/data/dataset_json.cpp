#include "data/dataset_json.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "data/csv.h"
#include "data/prepare.h"
#include "ecg/error.h"
#include "ecg/leads.h"

namespace liteheart {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "liteheart-dataset";
constexpr int kVersion = 1;
constexpr std::string_view kPrepareAgain = "prepare the data set again";
constexpr std::array<std::string_view, 4> kSplitNames = {"none", "train", "validate", "test"};

Json conditioning_json(const edge::Conditioning& c) {
  return {{"rate_hz", c.rate_hz},
          {"window", c.window},
          {"low_hz", c.low_hz},
          {"high_hz", c.high_hz},
          {"normalization", normalization_name(c.normalization)}};
}

Json options_json(const PrepareOptions& o) {
  return {{"min_positives", o.min_positives},
          {"all_classes", o.all_classes},
          {"classes", o.classes},
          {"split", o.split},
          {"train_folds", o.train_folds},
          {"validate_folds", o.validate_folds},
          {"test_folds", o.test_folds},
          {"train_centres", o.train_centres},
          {"shares", o.shares},
          {"seed", o.seed},
          {"most", o.most},
          {"strict", o.strict}};
}

Json counts_json(const DatasetDescription& description, std::span<const RecordRow> rows,
                 std::span<const std::uint8_t> labels) {
  const std::size_t classes = description.classes.size();
  Json counts;
  for (std::size_t s = 0; s < kSplitNames.size(); ++s) {
    std::size_t records = 0;
    std::set<std::string_view> patients;
    std::vector<std::size_t> positives(classes);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].split != static_cast<Split>(s)) continue;
      ++records;
      patients.insert(rows[i].patient);
      for (std::size_t c = 0; c < classes; ++c) positives[c] += labels[i * classes + c];
    }
    Json positive_json = Json::object();
    for (std::size_t c = 0; c < classes; ++c)
      positive_json[description.classes[c].abbreviation] = positives[c];
    counts[kSplitNames[s]] = {
        {"records", records}, {"patients", patients.size()}, {"positives", positive_json}};
  }
  return counts;
}

template <class Number>
Number parse_number(const CsvReader& table, int column, std::string_view name) {
  const std::string_view text = table.field(column);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    throw Error(table.place(), fmt::format("'{}' is not a {}", text, name), kPrepareAgain);
  return number;
}

}  // namespace

std::string description_json(const DatasetDescription& description, const PrepareOptions& options,
                             std::span<const RecordRow> rows,
                             std::span<const std::uint8_t> labels) {
  Json classes = Json::array();
  for (const Diagnosis& d : description.classes)
    classes.push_back({{"code", d.code},
                       {"abbreviation", d.abbreviation},
                       {"name", d.name},
                       {"scored", d.scored}});
  Json sources = Json::array();
  for (const auto& source : options.sources) sources.push_back(source.string());
  const Json json = {{"format", kFormat},
                     {"version", kVersion},
                     {"records", description.records},
                     {"conditioning", conditioning_json(description.conditioning)},
                     {"scale", description.scale},
                     {"leads", kLeadNames},
                     {"classes", classes},
                     {"sources", sources},
                     {"options", options_json(options)},
                     {"counts", counts_json(description, rows, labels)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

DatasetDescription read_description(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in)
    throw Error(file.parent_path().string(),
                fmt::format("is not a prepared data set (no {})", kDescriptionFile),
                "make one with 'liteheart prepare SOURCE --out DIR'");
  try {
    const Json json = Json::parse(in);
    if (json.at("format") != kFormat)
      throw Error(file.string(), "does not describe a prepared data set",
                  "make one with 'liteheart prepare SOURCE --out DIR'");
    if (json.at("version") != kVersion)
      throw Error(file.string(),
                  fmt::format("is of version {}, this program reads version {}",
                              json.at("version").dump(), kVersion),
                  kPrepareAgain);
    DatasetDescription d;
    d.records = json.at("records").get<std::size_t>();
    d.scale = json.at("scale").get<float>();
    const Json& c = json.at("conditioning");
    const auto normalization = c.at("normalization").get<std::string>();
    const auto known = normalization_named(normalization);
    if (!known)
      throw Error(file.string(), fmt::format("normalization '{}' is unknown", normalization),
                  kPrepareAgain);
    d.conditioning = {c.at("rate_hz").get<double>(), c.at("window").get<std::int32_t>(),
                      c.at("low_hz").get<double>(), c.at("high_hz").get<double>(), *known};
    for (const Json& entry : json.at("classes"))
      d.classes.push_back({entry.at("code").get<std::string>(),
                           entry.at("abbreviation").get<std::string>(),
                           entry.at("name").get<std::string>(),
                           entry.at("scored").get<bool>(),
                           {}});
    if (d.conditioning.window <= 0 || !(d.scale > 0))
      throw Error(file.string(), "has no sound window or scale", kPrepareAgain);
    return d;
  } catch (const Json::exception& e) {
    throw Error(file.string(), fmt::format("cannot be read ({})", e.what()), kPrepareAgain);
  }
}

std::string records_csv(std::span<const RecordRow> rows) {
  std::string csv = "record,centre,patient,fold,split,age,sex,source_hz,samples,quality\n";
  for (const RecordRow& r : rows)
    csv += fmt::format("{},{},{},{},{},{},{},{},{},{}\n", csv_field(r.record), csv_field(r.centre),
                       csv_field(r.patient), r.fold, split_name(r.split),
                       r.age_years < 0 ? "" : fmt::format("{}", r.age_years), csv_field(r.sex),
                       r.source_hz, r.samples, r.quality);
  return csv;
}

std::vector<RecordRow> read_records_csv(const std::filesystem::path& file) {
  CsvReader table(file);
  const auto column = [&](std::string_view name) {
    return table.required_column(name, kPrepareAgain);
  };
  const int record = column("record"), centre = column("centre"), patient = column("patient"),
            fold = column("fold"), split = column("split"), age = column("age"),
            sex = column("sex"), source_hz = column("source_hz"), samples = column("samples"),
            quality = table.column("quality");
  std::vector<RecordRow> rows;
  while (table.next()) {
    const auto which = split_named(table.field(split));
    if (!which)
      throw Error(table.place(), fmt::format("'{}' is not a split", table.field(split)),
                  "use train, validate, test or none");
    RecordRow row;
    row.record = table.field(record);
    row.centre = table.field(centre);
    row.patient = table.field(patient);
    row.fold = parse_number<int>(table, fold, "fold");
    row.split = *which;
    if (!table.field(age).empty()) row.age_years = parse_number<double>(table, age, "age");
    row.sex = table.field(sex);
    row.source_hz = parse_number<double>(table, source_hz, "rate");
    row.samples = parse_number<int>(table, samples, "number of samples");
    row.quality = table.field(quality);
    if (!row.quality.empty() && row.quality.size() != kLeads)
      throw Error(table.place(), fmt::format("'{}' does not grade twelve leads", row.quality),
                  kPrepareAgain);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string_view split_name(Split split) { return kSplitNames[static_cast<std::size_t>(split)]; }

std::optional<Split> split_named(std::string_view name) {
  for (std::size_t s = 0; s < kSplitNames.size(); ++s)
    if (kSplitNames[s] == name) return static_cast<Split>(s);
  return std::nullopt;
}

std::string_view normalization_name(edge::Normalization normalization) {
  return normalization == edge::Normalization::kZScore ? "z-score" : "fixed-gain";
}

std::optional<edge::Normalization> normalization_named(std::string_view name) {
  if (name == "z-score") return edge::Normalization::kZScore;
  if (name == "fixed-gain") return edge::Normalization::kFixedGain;
  return std::nullopt;
}

}  // namespace liteheart
