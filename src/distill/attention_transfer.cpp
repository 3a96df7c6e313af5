#include "distill/attention_transfer.h"

#include <ATen/ATen.h>

#include "distill/bins.h"

namespace liteheart {
namespace {

at::Tensor of_length_one(const at::Tensor& x) { return x / x.norm(2, -1, true).clamp_min(1e-8); }

}  // namespace

at::Tensor attention_energy(const at::Tensor& features, std::int64_t bins) {
  return in_bins(features.to(at::kFloat).square().mean(1), bins).squeeze(1);
}

at::Tensor attention_transfer_loss(const at::Tensor& student, const at::Tensor& teacher) {
  return (of_length_one(student) - of_length_one(teacher)).square().sum({1, 2}).mean();
}

}  // namespace liteheart
