// Zhao, Cui, Song, Qiu and Liang, "Decoupled Knowledge Distillation", CVPR 2022. There the
// softmax's divergence is taken apart into target class against the rest and the rest among
// themselves, whose weights plain distillation couples. With a sigmoid per class there is no rest:
// each label is its own question, and what plain distillation couples is how often labels are
// present. So the divergence is taken apart into present labels (target) and absent ones
// (non-target), each a mean of its own, with the paper's weights.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

struct DecoupledLoss {
  at::Tensor target, non_target;  // scalars; 0 where there are no such labels
};

/// Binary Kullback-Leibler divergence, teacher to student, of logits divided by the temperature,
/// times its square. student_logits, teacher_logits: [batch, class]; present: bool [batch, class].
DecoupledLoss decoupled_loss(const at::Tensor& student_logits, const at::Tensor& teacher_logits,
                             const at::Tensor& present, double temperature);

}  // namespace liteheart
