#include "distill/binary_divergence.h"

#include <ATen/ATen.h>

namespace liteheart {

at::Tensor binary_divergence(const at::Tensor& student_logits, const at::Tensor& teacher_logits) {
  const at::Tensor t = teacher_logits.detach(), p = t.sigmoid();
  // p log(p / q) + (1 - p) log((1 - p) / (1 - q)), with log p = -softplus(-t).
  return p * (at::softplus(-student_logits) - at::softplus(-t)) +
         (1 - p) * (at::softplus(student_logits) - at::softplus(t));
}

}  // namespace liteheart
