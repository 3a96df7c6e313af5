#include "distill/reused_classifier.h"

#include <ATen/ATen.h>

namespace liteheart {

at::Tensor reused_classifier_loss(const at::Tensor& projected, const at::Tensor& teacher,
                                  double variance) {
  return at::mse_loss(projected, teacher) / variance;
}

Head reused_head(const Head& teacher, const at::Tensor& weight, const at::Tensor& bias) {
  const auto width = weight.size(1);
  const at::Tensor both = at::mm(teacher.output_weight, teacher.hidden_weight);
  return {at::eye(width, weight.options()), at::zeros({width}, weight.options()),
          at::mm(both, weight), logits_of(teacher, bias.unsqueeze(0)).squeeze(0)};
}

}  // namespace liteheart
