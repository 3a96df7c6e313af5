#include "distill/review.h"

#include <ATen/ATen.h>

namespace liteheart {

at::Tensor hierarchical_context_loss(const at::Tensor& student, const at::Tensor& teacher) {
  at::Tensor loss = at::mse_loss(student, teacher);
  double weight = 1, weights = 1;
  for (const std::int64_t stretches : {4, 2, 1}) {
    if (stretches >= student.size(2)) continue;
    weight /= 2;
    weights += weight;
    loss = loss + weight * at::mse_loss(at::adaptive_avg_pool1d(student, stretches),
                                        at::adaptive_avg_pool1d(teacher, stretches));
  }
  return loss / weights;
}

at::Tensor attention_fusion(const at::Tensor& shallow, const at::Tensor& deep,
                            const at::Tensor& gates) {
  const at::Tensor gate = gates.sigmoid();
  return shallow * gate.slice(1, 0, 1) + deep * gate.slice(1, 1, 2);
}

}  // namespace liteheart
