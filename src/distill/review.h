// Chen, Liu, Zhao and Jia, "Distilling Knowledge via Knowledge Review", CVPR 2021: the student's
// layers are fused from deep to shallow, and each fused one is compared with the teacher's layer at
// several resolutions, here of time.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

/// Hierarchical context loss: mean squared distance of the features and of their averages over 4, 2
/// and 1 stretches of time, weighted 1, 1/2, 1/4, 1/8 and divided by the sum of weights. student,
/// teacher: [batch, channel, bin].
at::Tensor hierarchical_context_loss(const at::Tensor& student, const at::Tensor& teacher);

/// Attention-based fusion: shallow * gate 0 + deep * gate 1. shallow, deep: [batch, channel, bin];
/// gates: [batch, 2, bin] before their sigmoid.
at::Tensor attention_fusion(const at::Tensor& shallow, const at::Tensor& deep,
                            const at::Tensor& gates);

}  // namespace liteheart
