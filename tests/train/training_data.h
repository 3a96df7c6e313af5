// Small prepared data sets for tests of src/train.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/dataset_json.h"
#include "data/npy.h"
#include "data/prepare.h"
#include "ecg/leads.h"
#include "scratch.h"

namespace liteheart::test {

inline constexpr int kWindow = 128, kClasses = 3;
/// What records of write_dataset hold; network input is 1/1000 of it.
inline int stored(std::size_t record, int lead, int time) {
  return static_cast<int>(record * 7919 + static_cast<std::size_t>(lead * 613 + time * 37)) % 4001 -
         2000;
}
inline int label(std::size_t record, int c) { return static_cast<int>(record >> c & 1); }

/// A data set of a window of kWindow samples, all of the training split.
inline void write_dataset(const std::filesystem::path& folder, std::size_t records) {
  DatasetDescription description;
  description.conditioning.window = kWindow;
  description.scale = 0.001f;
  description.records = records;
  std::vector<std::int16_t> signals;
  std::vector<std::uint8_t> labels;
  std::vector<RecordRow> rows(records);
  for (int c = 0; c < kClasses; ++c) {
    const std::string name = std::to_string(c);
    description.classes.push_back({name, name, name, false, {}});
  }
  for (std::size_t r = 0; r < records; ++r) {
    rows[r].record = rows[r].patient = std::to_string(r);
    rows[r].centre = "centre";
    rows[r].split = Split::kTrain;
    rows[r].source_hz = 100;
    rows[r].samples = kWindow;
    for (int lead = 0; lead < kLeads; ++lead) {
      for (int t = 0; t < kWindow; ++t)
        signals.push_back(static_cast<std::int16_t>(stored(r, lead, t)));
    }
    for (int c = 0; c < kClasses; ++c) labels.push_back(static_cast<std::uint8_t>(label(r, c)));
  }
  const auto bytes = [](const auto& values) {
    return std::string(reinterpret_cast<const char*>(values.data()),
                       values.size() * sizeof(values[0]));
  };
  std::filesystem::create_directories(folder);
  write_bytes(folder / kSignalsFile,
              npy_header("<i2", {records, kLeads, kWindow}) + bytes(signals));
  write_bytes(folder / kLabelsFile, npy_header("|u1", {records, kClasses}) + bytes(labels));
  write_bytes(folder / kRecordsFile, records_csv(rows));
  write_bytes(folder / kDescriptionFile, description_json(description, {}, rows, labels));
}

}  // namespace liteheart::test
