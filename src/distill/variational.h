// Ahn, Hu, Damianou, Lawrence and Dai, "Variational Information Distillation for Knowledge
// Transfer", CVPR 2019: the student predicts the teacher's features as a Gaussian whose variance is
// learned for each channel; its likelihood bounds their mutual information from below.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

/// The negated log-likelihood without its constant, mean over batch, channel and bin. prediction,
/// teacher: [batch, channel, bin]; raw: [channel], variance is softplus(raw) + 1e-5.
at::Tensor variational_loss(const at::Tensor& prediction, const at::Tensor& teacher,
                            const at::Tensor& raw);

/// The raw value whose variance is that of standardized features: 1.
inline constexpr double kUnitVarianceRaw = 0.54132;  // log(e - 1)

}  // namespace liteheart
