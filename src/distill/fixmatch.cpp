#include "distill/fixmatch.h"

#include <ATen/ATen.h>

namespace liteheart {

at::Tensor fixmatch_loss(const at::Tensor& student_logits, const at::Tensor& weak_probability) {
  constexpr double kSure = 0.95;
  const at::Tensor present = weak_probability > kSure;
  const at::Tensor sure = present.logical_or(weak_probability < 1 - kSure);
  return at::binary_cross_entropy_with_logits(student_logits,
                                              present.to(student_logits.scalar_type()),
                                              sure.to(student_logits.scalar_type()));
}

}  // namespace liteheart
