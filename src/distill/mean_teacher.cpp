#include "distill/mean_teacher.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace liteheart {

at::Tensor consistency_loss(const at::Tensor& student_logits, const at::Tensor& mean_probability) {
  return at::mse_loss(student_logits.sigmoid(), mean_probability);
}

double consistency_ramp(double progress) {
  constexpr double kLength = 0.25;
  const double missing = 1 - std::min(progress / kLength, 1.0);
  return std::exp(-5 * missing * missing);
}

}  // namespace liteheart
