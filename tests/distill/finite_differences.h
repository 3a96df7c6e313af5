// The gradient of a scalar function by central differences, in double.
#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <functional>

namespace liteheart::test {

inline at::Tensor difference_gradient(const std::function<double(const at::Tensor&)>& f,
                                      const at::Tensor& at_x, double step = 1e-5) {
  at::Tensor x = at_x.detach().to(at::kDouble).clone();
  at::Tensor gradient = at::empty_like(x);
  double* value = x.data_ptr<double>();
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const double before = value[i];
    value[i] = before + step;
    const double above = f(x);
    value[i] = before - step;
    gradient.data_ptr<double>()[i] = (above - f(x)) / (2 * step);
    value[i] = before;
  }
  return gradient;
}

/// The gradient that autograd gives at x.
inline at::Tensor autograd_gradient(const std::function<at::Tensor(const at::Tensor&)>& f,
                                    const at::Tensor& at_x) {
  const at::Tensor x = at_x.detach().clone().requires_grad_(true);
  f(x).backward();
  return x.grad();
}

inline void expect_close(const at::Tensor& a, const at::Tensor& b, double tolerance) {
  ASSERT_EQ(a.sizes(), b.sizes());
  EXPECT_LT((a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>(), tolerance);
}

/// Autograd's gradient of f in double agrees with differences, and is not zero.
inline void expect_gradient(const std::function<at::Tensor(const at::Tensor&)>& f,
                            const at::Tensor& x) {
  const auto value = [&](const at::Tensor& y) { return f(y).item<double>(); };
  const at::Tensor gradient = autograd_gradient(f, x);
  expect_close(gradient, difference_gradient(value, x), 1e-7);
  EXPECT_GT(gradient.abs().max().item<double>(), 1e-4);
}

}  // namespace liteheart::test
