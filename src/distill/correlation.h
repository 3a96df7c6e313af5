// Huang, You, Wang, Qian and Xu, "Knowledge Distillation from A Stronger Teacher" (DIST), NeurIPS
// 2022: a student need not match a strong teacher's probabilities, only how they relate. Pearson's
// correlation, here of the sigmoids' probabilities: over the classes of a record (inter-class), and
// over the records of the batch for a class (intra-class).
#pragma once

#include <ATen/ATen.h>

namespace liteheart {

/// 1 - Pearson's correlation of a and b along a dimension, mean over the others.
at::Tensor lack_of_correlation(const at::Tensor& a, const at::Tensor& b, std::int64_t along);

struct CorrelationLoss {
  at::Tensor inter, intra;  // each 1 - correlation, mean over records and over classes
  at::Tensor mean() const { return 0.5 * (inter + intra); }
};

/// student, teacher: probabilities [batch, class].
CorrelationLoss correlation_loss(const at::Tensor& student, const at::Tensor& teacher);

}  // namespace liteheart
