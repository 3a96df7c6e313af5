#include "distill/variational.h"

#include <ATen/ATen.h>

namespace liteheart {

at::Tensor variational_loss(const at::Tensor& prediction, const at::Tensor& teacher,
                            const at::Tensor& raw) {
  const at::Tensor variance = (at::softplus(raw) + 1e-5).unsqueeze(1);
  return ((prediction - teacher).square() / variance + variance.log()).mean() / 2;
}

}  // namespace liteheart
