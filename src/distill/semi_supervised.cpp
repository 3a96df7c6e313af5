#include "distill/semi_supervised.h"

#include <ATen/ATen.h>

namespace liteheart {

at::Tensor pseudo_label_loss(const at::Tensor& student_logits,
                             const at::Tensor& teacher_probability) {
  if (student_logits.size(0) == 0) return student_logits.sum();
  const at::Tensor yes = teacher_probability.square(), no = (1 - teacher_probability).square();
  const at::Tensor confidence = (2 * teacher_probability - 1).abs();
  const at::Tensor loss = at::binary_cross_entropy_with_logits(student_logits, yes / (yes + no), {},
                                                               {}, at::Reduction::None);
  return ((loss * confidence).sum(0) / confidence.sum(0).clamp_min(1e-6)).mean();
}

}  // namespace liteheart
