// What a frozen teacher says about every training record, computed once and kept beside the
// teacher.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "data/dataset.h"
#include "distill/head.h"
#include "distill/objective.h"
#include "nn/model.h"
#include "train/batch.h"

namespace liteheart {

/// The opinion on unaugmented 12-lead records, a row each; what is large in bf16.
struct TeacherView {
  TeacherOpinion all;
  Head head;  // the teacher's, for the classes of the data set
  /// The opinion on the `wanted` rows, cut-mixed as `batch` was, on `device`, in fp32; of what is
  /// there.
  TeacherOpinion rows(std::span<const std::size_t> wanted, const Batch& batch,
                      const torch::Device& device) const;
};

/// Reads the cache that belongs to this teacher, data set and these records, or computes and writes
/// it to FOLDER/teacher-cache-KEY.safetensors (FOLDER: the teacher's); with `blocks`, which take
/// some ten times as much space, also FOLDER/teacher-blocks-KEY.safetensors. labelled: [record of
/// the data set], those that the teacher may have learned from. progress(done, total). Throws
/// Error.
TeacherView teacher_view(const std::filesystem::path& teacher, const PreparedDataset& data,
                         std::span<const std::size_t> records,
                         std::span<const std::uint8_t> labelled, const torch::Device& device,
                         bool bf16, bool blocks,
                         const std::function<void(std::size_t, std::size_t)>& progress);

/// Several teachers as one: the first one's view with the mean of their logits, calibrated and not.
TeacherView in_common(std::vector<TeacherView> views);

}  // namespace liteheart
