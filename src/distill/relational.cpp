#include "distill/relational.h"

#include <ATen/ATen.h>

#include "distill/pair_structure.h"

namespace liteheart {
namespace {

/// [batch, batch, batch]: of records (i, j, k) the cosine at i.
at::Tensor cosines(const at::Tensor& x) {
  const at::Tensor to = x.unsqueeze(0) - x.unsqueeze(1);  // [i, j] = from i to j
  const at::Tensor direction = to / to.square().sum(2, true).clamp_min(1e-12).sqrt();
  return at::bmm(direction, direction.transpose(1, 2));
}

}  // namespace

at::Tensor relational_distance_loss(const at::Tensor& student, const at::Tensor& teacher) {
  const at::Tensor all = at::ones({1, student.size(0)}, student.options().dtype(at::kBool));
  return pair_structure_loss(student.unsqueeze(0), teacher.unsqueeze(0), all);
}

at::Tensor relational_angle_loss(const at::Tensor& student, const at::Tensor& teacher) {
  return at::smooth_l1_loss(cosines(student), cosines(teacher));
}

}  // namespace liteheart
