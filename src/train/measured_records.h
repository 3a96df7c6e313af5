// What is measured on the records of a prepared data set, and the trees that learn from it.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "data/dataset.h"
#include "measured/boosted_trees.h"

namespace liteheart {

class MeasuredRecords {
 public:
  /// Of all records, on `leads` (indices into kLeadNames); kept in the data set's folder where that
  /// can be written, so that it is done once. progress(done, all).
  MeasuredRecords(const PreparedDataset& data, std::span<const int> leads,
                  const std::function<void(std::size_t, std::size_t)>& progress = {});
  /// [kMeasurements]
  std::span<const float> row(std::size_t record) const;

 private:
  std::vector<float> all_;
};

/// The share of a record's patient among those that trees are learned without in turn.
std::size_t share_of(const RecordRow& row);

/// A teacher's trees, that learn from `labelled` records of the data set.
BoostedTrees fit_trees(const PreparedDataset& data, const MeasuredRecords& measured,
                       std::span<const std::size_t> labelled,
                       const std::function<void(std::size_t, std::size_t)>& progress);
/// Trees for a device, that learn how probable the classes of `records` are said to be, [record of
/// them, class]; where that is not defined, from their labels.
BoostedTrees imitate(const PreparedDataset& data, const MeasuredRecords& measured,
                     std::span<const std::size_t> records, const at::Tensor& probability,
                     const std::function<void(std::size_t, std::size_t)>& progress);

}  // namespace liteheart
