#include "train/measured_records.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include "data/in_order.h"
#include "ecg/error.h"
#include "ecg/leads.h"
#include "measured/measurements.h"
#include "train/batch.h"
#include "train/cached.h"
#include "train/file_hash.h"

namespace liteheart {
namespace {

std::size_t threads() { return static_cast<std::size_t>(at::get_num_threads()); }

WeightFile measure_all(const PreparedDataset& data, std::span<const int> leads,
                       const std::function<void(std::size_t, std::size_t)>& progress) {
  at::Tensor all =
      at::empty({static_cast<std::int64_t>(data.size()), static_cast<std::int64_t>(kMeasurements)});
  const at::Tensor given = at::tensor(std::vector<std::int64_t>(leads.begin(), leads.end()));
  const std::vector<std::uint8_t> which(leads.begin(), leads.end());
  InOrder<std::vector<float>>::run(
      data.size(), threads(),
      [&](std::size_t, std::size_t record) {
        const at::Tensor x =
            load_signals(data, std::span(&record, 1)).index_select(1, given).contiguous();
        return measure_window({x.data_ptr<float>(), static_cast<std::size_t>(x.numel())}, which,
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

MeasuredRecords::MeasuredRecords(const PreparedDataset& data, std::span<const int> leads,
                                 const std::function<void(std::size_t, std::size_t)>& progress) {
  auto key = hash_bytes(fmt::format("measurements {}", kMeasurementsVersion));
  if (leads.size() < kLeads)
    key = hash_bytes({reinterpret_cast<const char*>(leads.data()), leads.size_bytes()}, key);
  for (const char* name : {"dataset.json", "records.csv"})
    key = file_hash(data.folder() / name, key);
  const auto file = data.folder() / fmt::format("measured-{:016x}.safetensors", key);
  const WeightFile kept = cached(file, [&] { return measure_all(data, leads, progress); });
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

namespace {

/// Measurements and shares of `records`, without labels.
LabelledTable table_of(const PreparedDataset& data, const MeasuredRecords& measured,
                       std::span<const std::size_t> records) {
  LabelledTable table{records.size(), kMeasurements, data.classes().size(), {}, {}, {}};
  for (const std::size_t record : records) {
    const auto row = measured.row(record);
    table.measured.insert(table.measured.end(), row.begin(), row.end());
    table.share.push_back(static_cast<std::uint8_t>(share_of(data.rows()[record])));
  }
  return table;
}

void add_labels(const PreparedDataset& data, std::span<const std::size_t> records,
                LabelledTable& table) {
  for (const std::size_t record : records) {
    const auto labels = data.labels(record);
    table.label.insert(table.label.end(), labels.begin(), labels.end());
  }
}

}  // namespace

BoostedTrees fit_trees(const PreparedDataset& data, const MeasuredRecords& measured,
                       std::span<const std::size_t> labelled,
                       const std::function<void(std::size_t, std::size_t)>& progress) {
  LabelledTable table = table_of(data, measured, labelled);
  add_labels(data, labelled, table);
  return BoostedTrees::fit(table, threads(), progress);
}

BoostedTrees imitate(const PreparedDataset& data, const MeasuredRecords& measured,
                     std::span<const std::size_t> records, const at::Tensor& probability,
                     const std::function<void(std::size_t, std::size_t)>& progress) {
  LabelledTable table = table_of(data, measured, records);
  if (probability.defined()) {
    const at::Tensor flat = probability.to(at::kFloat).cpu().contiguous();
    table.label.assign(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
  } else {
    add_labels(data, records, table);
  }
  return BoostedTrees::imitate(table, threads(), progress);
}

}  // namespace liteheart
