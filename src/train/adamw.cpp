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
  // Of the parameters with a gradient. Lists of tensors: a GPU does a list at a time.
  std::vector<at::Tensor> parameter, gradient, mean, square;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!parameters_[i].grad().defined()) continue;
    parameter.push_back(parameters_[i]);
    gradient.push_back(parameters_[i].grad());
    mean.push_back(first[i]);
    square.push_back(second[i]);
  }
  const double norm = at::stack(at::_foreach_norm(gradient)).norm().item<double>();
  const double scale = norm > clip ? clip / norm : 1;
  ++steps;
  const double bias1 = 1 - std::pow(kBeta1, static_cast<double>(steps));
  const double bias2 = 1 - std::pow(kBeta2, static_cast<double>(steps));
  gradient = at::_foreach_mul(gradient, scale);
  at::_foreach_mul_(mean, kBeta1);
  at::_foreach_add_(mean, gradient, 1 - kBeta1);
  at::_foreach_mul_(square, kBeta2);
  at::_foreach_addcmul_(square, gradient, gradient, 1 - kBeta2);
  std::vector<at::Tensor> deviation = at::_foreach_div(square, bias2);
  at::_foreach_sqrt_(deviation);
  at::_foreach_add_(deviation, kEpsilon);
  at::_foreach_mul_(parameter, 1 - learning_rate * weight_decay_);
  at::_foreach_addcdiv_(parameter, mean, deviation, -learning_rate / bias1);
  return norm;
}

}  // namespace liteheart
