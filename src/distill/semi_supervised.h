// Semi-supervised training: the teacher's opinion stands in for missing labels.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

/// Cross-entropy of the student, who sees a strongly augmented view, against the teacher's
/// sharpened opinion of a weak one: target p^2 / (p^2 + (1-p)^2), each record and class weighted by
/// its confidence |2p - 1|, normalized per class. student_logits, teacher_probability (calibrated):
/// [batch, class]. Returns a scalar; 0 for an empty batch.
at::Tensor pseudo_label_loss(const at::Tensor& student_logits,
                             const at::Tensor& teacher_probability);

}  // namespace liteheart
