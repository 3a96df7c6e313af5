#include "distill/logit.h"

#include <ATen/ATen.h>

namespace liteheart {

at::Tensor logit_distillation(const at::Tensor& student_logits,
                              const at::Tensor& teacher_probability) {
  return at::binary_cross_entropy_with_logits(student_logits, teacher_probability);
}

}  // namespace liteheart
