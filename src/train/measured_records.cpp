#include "train/measured_records.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include "data/in_order.h"
#include "ecg/error.h"
#include "measured/measurements.h"
#include "train/batch.h"
#include "train/cached.h"
#include "train/file_hash.h"

namespace liteheart {
namespace {

std::size_t threads() { return static_cast<std::size_t>(at::get_num_threads()); }

WeightFile measure_all(const PreparedDataset& data,
                       const std::function<void(std::size_t, std::size_t)>& progress) {
  at::Tensor all =
      at::empty({static_cast<std::int64_t>(data.size()), static_cast<std::int64_t>(kMeasurements)});
  InOrder<std::vector<float>>::run(
      data.size(), threads(),
      [&](std::size_t, std::size_t record) {
        const at::Tensor x = load_signals(data, std::span(&record, 1));
        return measure_window({x.data_ptr<float>(), static_cast<std::size_t>(x.numel())},
                              data.conditioning().rate_hz);
      },
      [&](std::size_t record, const std::vector<float>& row) {
        std::copy(row.begin(), row.end(), all.data_ptr<float>() + record * kMeasurements);
      },
      [&](std::size_t done) {
        if (progress) progress(done, data.size());
      });
  WeightFile file;
  file.tensors.emplace_back("measured", all);
  return file;
}

}  // namespace

MeasuredRecords::MeasuredRecords(const PreparedDataset& data,
                                 const std::function<void(std::size_t, std::size_t)>& progress) {
  auto key = hash_bytes(fmt::format("measurements {}", kMeasurementsVersion));
  for (const char* name : {"dataset.json", "records.csv"})
    key = file_hash(data.folder() / name, key);
  const auto file = data.folder() / fmt::format("measured-{:016x}.safetensors", key);
  const WeightFile kept = cached(file, [&] { return measure_all(data, progress); });
  const at::Tensor all = kept.tensors.empty() ? at::Tensor(at::empty({0})) : kept.tensors[0].second;
  if (all.scalar_type() != at::kFloat ||
      all.numel() != static_cast<std::int64_t>(data.size() * kMeasurements)) {
    throw Error(file.string(), "does not hold the measurements of this data set",
                "remove it: they are measured again");
  }
  all_.assign(all.data_ptr<float>(), all.data_ptr<float>() + all.numel());
}

std::span<const float> MeasuredRecords::row(std::size_t record) const {
  return std::span(all_).subspan(record * kMeasurements, kMeasurements);
}

std::size_t share_of(const RecordRow& row) {
  return hash_bytes(row.patient) % BoostedTrees::kShares;
}

BoostedTrees fit_trees(const PreparedDataset& data, const MeasuredRecords& measured,
                       std::span<const std::size_t> labelled,
                       const std::function<void(std::size_t, std::size_t)>& progress) {
  LabelledTable table{labelled.size(), kMeasurements, data.classes().size(), {}, {}, {}};
  for (const std::size_t record : labelled) {
    const auto row = measured.row(record);
    table.measured.insert(table.measured.end(), row.begin(), row.end());
    const auto labels = data.labels(record);
    table.label.insert(table.label.end(), labels.begin(), labels.end());
    table.share.push_back(static_cast<std::uint8_t>(share_of(data.rows()[record])));
  }
  return BoostedTrees::fit(table, threads(), progress);
}

}  // namespace liteheart
