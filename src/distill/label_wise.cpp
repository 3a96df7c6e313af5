#include "distill/label_wise.h"

#include <ATen/ATen.h>

#include "distill/pair_structure.h"

namespace liteheart {

LabelWiseLoss label_wise_loss(const at::Tensor& student, const at::Tensor& teacher,
                              const at::Tensor& present) {
  return {pair_structure_loss(student.transpose(0, 1), teacher.transpose(0, 1), present.t()),
          pair_structure_loss(student, teacher, present)};
}

}  // namespace liteheart
