#include "distill/pair_structure.h"

#include <ATen/ATen.h>

namespace liteheart {
namespace {

/// pairs: [group, item, item], 0 or 1.
at::Tensor distances(const at::Tensor& x, const at::Tensor& pairs) {
  const at::Tensor squares = x.square().sum(2);
  const at::Tensor squared =
      squares.unsqueeze(1) + squares.unsqueeze(2) - 2 * at::bmm(x, x.transpose(1, 2));
  const at::Tensor distance = squared.clamp_min(1e-12).sqrt() * pairs;
  return distance / (distance.sum() / pairs.sum().clamp_min(1)).clamp_min(1e-12);
}

}  // namespace

at::Tensor pair_structure_loss(const at::Tensor& student, const at::Tensor& teacher,
                               const at::Tensor& present) {
  const at::Tensor mask = present.to(student.scalar_type());
  const at::Tensor pairs =
      mask.unsqueeze(1) * mask.unsqueeze(2) * (1 - at::eye(mask.size(1), student.options()));
  const at::Tensor loss =
      at::smooth_l1_loss(distances(student, pairs), distances(teacher, pairs), at::Reduction::Sum);
  return loss / pairs.sum().clamp_min(1);
}

}  // namespace liteheart
