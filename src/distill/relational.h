// Park, Kim, Lu and Cho, "Relational Knowledge Distillation", CVPR 2019: distances and angles
// between the records of a batch are passed on, here those of the pooled features. Widths may
// differ.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

/// Of the distances of all pairs (distill/pair_structure.h). student: [batch, width], teacher:
/// [batch, other width].
at::Tensor relational_distance_loss(const at::Tensor& student, const at::Tensor& teacher);

/// Cosine of the angle at the middle one of all triples: Huber's loss of the difference, mean over
/// triples.
at::Tensor relational_angle_loss(const at::Tensor& student, const at::Tensor& teacher);

}  // namespace liteheart
