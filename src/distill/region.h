// Region-aware distillation: the student is asked most where the teacher looks.
// Maps A are the teacher's saliency, or what map_of_kind makes of it: [batch, 12, bin],
// non-negative, mean 1 (explain/saliency.h).
#pragma once

#include <ATen/core/Tensor.h>

#include <string_view>

namespace liteheart {

/// The map that the losses follow.
enum class RegionMap {
  kSaliency,
  kTime,  // its mean over the leads, at each of them
  kUniform,
};
/// Names: saliency, time, uniform. Throws Error listing them.
RegionMap region_map(std::string_view name);
at::Tensor map_of_kind(const at::Tensor& saliency, RegionMap kind);

/// Restoration error: mean |restored - target| weighted by (1 + focus * A). restored, target:
/// [batch, 12, time]; bin divides time.
at::Tensor region_restoration(const at::Tensor& restored, const at::Tensor& target,
                              const at::Tensor& map, double focus);

/// Distance of an encoder block's features where the teacher looks: their mean squared difference,
/// weighted by A's mean over leads. projected (student through a 1x1 projection), teacher
/// (standardized, so that 1 is what guessing the mean costs): [batch, channel, bin].
at::Tensor region_features(const at::Tensor& projected, const at::Tensor& teacher,
                           const at::Tensor& map);

/// Disagreement of when both see each class: 1 - Pearson's correlation of their class activation
/// maps over the records and steps of time of the batch, mean over the classes. That such maps can
/// be distilled is of CAT-KD (Guo et al., CVPR 2023), which takes their squared distance. student:
/// [batch, class, token], teacher: [batch, class, bin]; the finer one is averaged to the other's
/// steps.
at::Tensor region_agreement(const at::Tensor& student, const at::Tensor& teacher);

}  // namespace liteheart
