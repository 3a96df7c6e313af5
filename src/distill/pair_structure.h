// How far apart the items of a group are, as two networks see them.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

/// Distances of all pairs of items within a group, each network's divided by their mean: Huber's
/// loss (from 1 on linear) of the difference, mean over the pairs of which both are present; 0
/// where there are none. student: [group, item, width], teacher: [group, item, other width];
/// present: bool [group, item].
at::Tensor pair_structure_loss(const at::Tensor& student, const at::Tensor& teacher,
                               const at::Tensor& present);

}  // namespace liteheart
