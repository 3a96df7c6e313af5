#include "distill/decoupled.h"

#include <ATen/ATen.h>

#include "distill/binary_divergence.h"

namespace liteheart {

DecoupledLoss decoupled_loss(const at::Tensor& student_logits, const at::Tensor& teacher_logits,
                             const at::Tensor& present, double temperature) {
  const at::Tensor divergence =
      binary_divergence(student_logits / temperature, teacher_logits / temperature) *
      (temperature * temperature);
  const auto mean_of = [&](const at::Tensor& which) {
    return (divergence * which).sum() / which.sum().clamp_min(1);
  };
  return {mean_of(present), mean_of(present.logical_not())};
}

}  // namespace liteheart
