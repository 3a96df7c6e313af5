// The text files of a prepared data set: dataset.json, which describes it, and records.csv.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"

namespace liteheart {

struct PrepareOptions;

inline constexpr std::string_view kDescriptionFile = "dataset.json";
inline constexpr std::string_view kRecordsFile = "records.csv";
inline constexpr std::string_view kSignalsFile = "signals.npy";
inline constexpr std::string_view kLabelsFile = "labels.npy";

struct DatasetDescription {
  edge::Conditioning conditioning;
  float scale = 1;
  std::vector<Diagnosis> classes;
  std::size_t records = 0;
};

/// dataset.json of a data set, with the options that made it and the counts per split and class.
/// labels: [record, class].
std::string description_json(const DatasetDescription& description, const PrepareOptions& options,
                             std::span<const RecordRow> rows, std::span<const std::uint8_t> labels);
/// Throws Error naming file and remedy: not there, unreadable, or of another version.
DatasetDescription read_description(const std::filesystem::path& file);

std::string records_csv(std::span<const RecordRow> rows);
std::vector<RecordRow> read_records_csv(const std::filesystem::path& file);

/// "train", "validate", "test", "none", as files spell it.
std::string_view split_name(Split split);
/// nullopt if `name` is none of them.
std::optional<Split> split_named(std::string_view name);
/// "z-score" or "fixed-gain".
std::string_view normalization_name(edge::Normalization normalization);
std::optional<edge::Normalization> normalization_named(std::string_view name);

}  // namespace liteheart
