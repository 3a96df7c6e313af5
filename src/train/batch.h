// What one training step sees. All of it follows from (seed, step): nothing random has to be saved.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset.h"

namespace liteheart {

/// A cut of the time axis taken from a partner: the same for every record of a batch.
struct CutMix {
  std::vector<std::int64_t> partner;  // [batch] position in the batch
  int from = 0, to = 0;               // bins of kBins, [from, to)
  double share() const;               // of the window that comes from the partner
};

/// The time axis in bins: CutMix cuts between bins and saliency maps have one value a bin, so both
/// stay aligned.
inline constexpr int kBins = 64;

struct Batch {
  std::vector<std::size_t> records;  // indices into the data set; the first `labelled` have labels
  std::int64_t labelled = 0;
  at::Tensor signal;  // [batch, 12, time], weakly augmented, cut-mixed: what a restoration
                      // should give
  at::Tensor input;   // [batch, lead, time], the given leads, strongly augmented
  at::Tensor target;  // [labelled, class], cut-mixed
  CutMix cutmix;      // empty partner: none
};

struct BatchOptions {
  std::vector<std::size_t> labelled, unlabelled;  // records of the training split
  std::int64_t labelled_per_batch = 64, unlabelled_per_batch = 0;
  std::vector<int> leads;
  double cutmix = 0, cutmix_beta = 0.75, augment = 0;
  std::uint64_t seed = 1;
};

/// Draws batches: both streams are shuffled anew each time they have been seen whole.
class BatchSampler {
 public:
  BatchSampler(const PreparedDataset& data, BatchOptions options);
  /// Throws nothing; deterministic by options.seed and step.
  Batch draw(std::uint64_t step);

 private:
  struct Stream {
    std::vector<std::size_t> records, order;
    std::uint64_t pass = ~std::uint64_t{0};
  };
  void take(Stream& stream, std::uint64_t which, std::uint64_t step, std::int64_t count,
            std::vector<std::size_t>& into);

  const PreparedDataset& data_;
  BatchOptions options_;
  Stream labelled_, unlabelled_;
};

/// Mixes [batch, ..., time] along its last axis, time a multiple of kBins.
at::Tensor cut_mix(const at::Tensor& x, const CutMix& mix);
/// Mixes what has no time axis: (1 - share) x + share x[partner].
at::Tensor blend(const at::Tensor& x, const CutMix& mix);

/// Network input of records without augmentation: [record, 12, time].
at::Tensor load_signals(const PreparedDataset& data, std::span<const std::size_t> records);
/// [record, class] as float.
at::Tensor load_labels(const PreparedDataset& data, std::span<const std::size_t> records);

}  // namespace liteheart
