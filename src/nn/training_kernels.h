// When networks are computed by this project's kernels instead of libtorch's.
#pragma once

namespace liteheart {

/// While it lives, convolutions, batch norms and means over time on this processor are computed by
/// own kernels where that pays (docs/method.md): in training. Without it they are libtorch's, which
/// the edge library is compared with. Of all threads.
class TrainingKernels {
 public:
  TrainingKernels();
  ~TrainingKernels();
  TrainingKernels(const TrainingKernels&) = delete;
  TrainingKernels& operator=(const TrainingKernels&) = delete;

  /// Whether one lives.
  static bool asked();
};

}  // namespace liteheart
