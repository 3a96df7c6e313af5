// Small recordings, tables and prepared data sets that tests of src/data make, damage and remove.
#pragma once

#include <cmath>
#include <filesystem>
#include <numbers>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/dataset_json.h"
#include "data/npy.h"
#include "data/prepare.h"
#include "ecg/leads.h"
#include "ecg/recording.h"
#include "scratch.h"

namespace liteheart::test {

/// Twelve leads that all differ; `variant` makes recordings differ.
inline Recording small_recording(const std::string& name, int variant,
                                 std::vector<std::string> diagnoses = {},
                                 std::size_t samples = 1000, double rate_hz = 100) {
  Recording r;
  r.name = name;
  r.rate_hz = rate_hz;
  r.samples = samples;
  r.diagnoses = std::move(diagnoses);
  for (int lead = 0; lead < kLeads; ++lead) {
    r.leads.emplace_back(kLeadNames[static_cast<std::size_t>(lead)]);
    for (std::size_t t = 0; t < samples; ++t) {
      const double seconds = static_cast<double>(t) / rate_hz;
      const double phase = 2 * std::numbers::pi * seconds;
      r.mv.push_back(static_cast<float>(0.5 * std::sin(phase * (3 + variant % 7)) +
                                        0.1 * (lead + 1) * std::sin(phase * (5 + lead))));
    }
  }
  return r;
}

inline RecordRow small_row(std::string record, std::string patient, Split split) {
  RecordRow row;
  row.record = std::move(record);
  row.centre = "centre";
  row.patient = std::move(patient);
  row.split = split;
  row.source_hz = 100;
  row.samples = 4;
  return row;
}

/// A data set with a window of 4 samples; value = 1000 * record + 4 * lead + time. labels: [record,
/// class].
inline void write_small_dataset(const std::filesystem::path& folder,
                                const std::vector<RecordRow>& rows,
                                const std::vector<std::uint8_t>& labels,
                                const std::vector<Diagnosis>& classes) {
  DatasetDescription description;
  description.conditioning.window = 4;
  description.scale = 0.001f;
  description.classes = classes;
  description.records = rows.size();
  std::vector<std::int16_t> signals;
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (int value = 0; value < 4 * kLeads; ++value)
      signals.push_back(static_cast<std::int16_t>(1000 * static_cast<int>(i % 30) + value));
  const auto bytes = [](const auto& values) {
    return std::string(reinterpret_cast<const char*>(values.data()),
                       values.size() * sizeof(values[0]));
  };
  write_bytes(folder / kSignalsFile, npy_header("<i2", {rows.size(), kLeads, 4}) + bytes(signals));
  write_bytes(folder / kLabelsFile,
              npy_header("|u1", {rows.size(), classes.size()}) + bytes(labels));
  write_bytes(folder / kRecordsFile, records_csv(rows));
  write_bytes(folder / kDescriptionFile, description_json(description, {}, rows, labels));
}

}  // namespace liteheart::test
