#include "distill/contrastive.h"

#include <ATen/ATen.h>
#include <torch/utils.h>

#include <cmath>

namespace liteheart {
namespace {

constexpr double kTemperature = 0.07, kMomentum = 0.5;

}  // namespace

at::Tensor noise_contrastive_loss(const at::Tensor& anchor, const at::Tensor& positive,
                                  const at::Tensor& negatives, const at::Tensor& other,
                                  const at::Tensor& log_scale) {
  // How many times likelier as a real pair than as one of `count` pairs of noise, as a logarithm.
  const double log_count = std::log(static_cast<double>(negatives.size(0)));
  const auto odds = [&](const at::Tensor& similarity) {
    return similarity / kTemperature - log_scale - log_count;
  };
  const at::Tensor real = at::softplus(-odds((anchor * positive).sum(1)));
  const at::Tensor noise = at::softplus(odds(at::mm(anchor, negatives.t()))) * other;
  return (real + noise.sum(1)).mean();
}

at::Tensor noise_log_scale(const at::Tensor& anchor, const at::Tensor& negatives) {
  const at::Tensor score = at::mm(anchor, negatives.t()).detach() / kTemperature;
  return score.flatten().logsumexp(0) - std::log(static_cast<double>(score.numel()));
}

void update_bank(at::Tensor& bank, const at::Tensor& rows, const at::Tensor& embedding) {
  torch::NoGradGuard no_grad;
  const at::Tensor mixed =
      bank.index_select(0, rows) * kMomentum + embedding.detach() * (1 - kMomentum);
  bank.index_copy_(0, rows, mixed / mixed.norm(2, 1, true).clamp_min(1e-12));
}

}  // namespace liteheart
