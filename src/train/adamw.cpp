#include "train/adamw.h"

#include <ATen/ATen.h>
#include <torch/utils.h>

#include <cmath>

namespace liteheart {
namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;

}  // namespace

AdamW::AdamW(std::vector<at::Tensor> parameters, double weight_decay)
    : parameters_(std::move(parameters)), weight_decay_(weight_decay) {
  for (const at::Tensor& p : parameters_) {
    first.push_back(at::zeros_like(p));
    second.push_back(at::zeros_like(p));
  }
}

void AdamW::zero_grad() {
  for (const at::Tensor& p : parameters_) at::Tensor(p).mutable_grad().reset();
}

double AdamW::step(double learning_rate, double clip) {
  torch::NoGradGuard no_grad;
  std::vector<at::Tensor> norms;
  for (const at::Tensor& p : parameters_) {
    if (p.grad().defined()) norms.push_back(p.grad().norm());
  }
  const double norm = at::stack(norms).norm().item<double>();
  const double scale = norm > clip ? clip / norm : 1;
  ++steps;
  const double bias1 = 1 - std::pow(kBeta1, static_cast<double>(steps));
  const double bias2 = 1 - std::pow(kBeta2, static_cast<double>(steps));
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!parameters_[i].grad().defined()) continue;
    const at::Tensor gradient = parameters_[i].grad() * scale;
    first[i].mul_(kBeta1).add_(gradient, 1 - kBeta1);
    second[i].mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
    parameters_[i].mul_(1 - learning_rate * weight_decay_);
    parameters_[i].addcdiv_(first[i], (second[i] / bias2).sqrt_().add_(kEpsilon),
                            -learning_rate / bias1);
  }
  return norm;
}

}  // namespace liteheart
