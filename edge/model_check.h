// Whether a model's tables, which FlatBuffers has verified one by one, agree with each other: what
// running it relies on.
#pragma once

#include <cstddef>

namespace liteheart::edge {

namespace file {
struct Model;
}

inline constexpr std::size_t kMostDiagnoses = 256, kMostSlots = 1024, kMostSteps = 4096;
/// Multiply-adds, and elements written, of one window: some fifty times those of the largest
/// network.
inline constexpr double kMostWork = 1e11;
inline constexpr std::size_t kSlotAlignment = 64;  // bytes

struct ModelCheck {
  bool consistent = false;
  std::size_t scratch_bytes = 0;  // that its steps need beside the slots
};
ModelCheck check_model(const file::Model& model);

}  // namespace liteheart::edge
