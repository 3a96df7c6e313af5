// Logit distillation for multi-label networks.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

/// Binary cross-entropy of the student's logits against the teacher's probabilities, per record and
/// class: both [batch, class]. Returns a scalar.
at::Tensor logit_distillation(const at::Tensor& student_logits,
                              const at::Tensor& teacher_probability);

}  // namespace liteheart
