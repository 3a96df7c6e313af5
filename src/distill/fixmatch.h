// Sohn, Berthelot, Li, Zhang, Carlini, Cubuk, Kurakin, Zhang and Raffel, "FixMatch: Simplifying
// Semi-Supervised Learning with Consistency and Confidence", NeurIPS 2020. Per label: the network's
// own opinion on the weakly augmented view becomes a hard label for the strongly augmented one,
// where it is sure that the label is present, or sure that it is absent.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

/// Cross-entropy where weak_probability is above 0.95 or below 0.05, summed and divided by the
/// number of all labels of the batch. student_logits, weak_probability (no gradient): [batch,
/// class].
at::Tensor fixmatch_loss(const at::Tensor& student_logits, const at::Tensor& weak_probability);

}  // namespace liteheart
