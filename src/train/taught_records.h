// What the teacher, or several as one, says of the records that a student learns from.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "data/dataset.h"
#include "train/batch.h"
#include "train/config.h"
#include "train/teacher_cache.h"

namespace liteheart {

class TaughtRecords {
 public:
  /// The teachers that the settings name, with maps of the kind that these ask for. records: of the
  /// data set; labelled: [record of the data set], those that the teachers may have learned from.
  /// progress(done, total) of each teacher that looks through them. Throws Error.
  TaughtRecords(const TrainConfig& config, const PreparedDataset& data,
                std::vector<std::size_t> records, std::span<const std::uint8_t> labelled,
                const torch::Device& device, bool bf16,
                const std::function<void(std::size_t, std::size_t)>& progress);

  const std::vector<std::size_t>& records() const { return records_; }
  /// The opinion on them, a row each, and the head that it comes from.
  const TeacherView& view() const { return view_; }
  /// The opinion on a batch of them, cut-mixed as it was, on `device`.
  TeacherOpinion of(const Batch& batch, const torch::Device& device) const;
  /// [record of the batch]: which row is the record that most of the mixed one is from.
  at::Tensor rows(const Batch& batch) const;

 private:
  std::vector<std::size_t> records_, row_;  // row_: [record of the data set], of those taught
  TeacherView view_;
};

}  // namespace liteheart
