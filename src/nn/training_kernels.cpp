#include "nn/training_kernels.h"

#include <atomic>

namespace liteheart {
namespace {

std::atomic<int> alive = 0;

}  // namespace

TrainingKernels::TrainingKernels() { ++alive; }
TrainingKernels::~TrainingKernels() { --alive; }

bool TrainingKernels::asked() { return alive > 0; }

}  // namespace liteheart
