// The divergence that takes the softmax's place where each class is a question of its own.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

/// Kullback-Leibler divergence of Bernoulli distributions, teacher to student, element by element.
/// Both are logits of the same shape; the gradient goes to the student alone.
at::Tensor binary_divergence(const at::Tensor& student_logits, const at::Tensor& teacher_logits);

}  // namespace liteheart
