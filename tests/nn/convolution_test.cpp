#include "nn/convolution.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <array>
#include <cmath>

#include "nn/runtime.h"
#include "nn/training_kernels.h"

namespace liteheart {
namespace {

struct Case {
  std::int64_t batch, in, out, kernel, stride, time;
};

// Largest difference over the largest value.
double apart(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).abs().max() / b.abs().max()).item<double>();
}

/// Output and gradients of input, weights and bias, of `conv` as `by` applies it.
template <class By>
std::array<torch::Tensor, 4> pass(Convolution& conv, const torch::Tensor& start,
                                  const torch::Tensor& toward, const By& by) {
  torch::Tensor x = start.clone().requires_grad_();
  conv->zero_grad();
  const torch::Tensor y = by(x);
  EXPECT_EQ(y.sizes(), toward.sizes());
  (y.to(torch::kFloat) * toward).sum().backward();
  return {y.detach().to(torch::kFloat), x.grad().clone(), conv->weight.grad().clone(),
          conv->bias.grad().clone()};
}

template <class One, class Other>
void expect_alike(Convolution& conv, const torch::Tensor& start, const torch::Tensor& toward,
                  const One& one, const Other& other, double most) {
  const auto ours = pass(conv, start, toward, one), theirs = pass(conv, start, toward, other);
  for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_LT(apart(ours[i], theirs[i]), most) << i;
}

TEST(Convolution, by_kernels_agrees_with_libtorch_and_so_do_its_gradients) {
  const TrainingKernels kernels;
  torch::manual_seed(1);
  for (const auto& [batch, in, out, kernel, stride, time] :
       {Case{5, 12, 64, 9, 2, 128}, Case{5, 64, 64, 9, 1, 512}, Case{3, 64, 64, 9, 2, 64},
        Case{5, 64, 64, 9, 4, 64}, Case{2, 1, 32, 9, 4, 128}, Case{5, 16, 32, 9, 1, 16},
        Case{1, 64, 32, 9, 1, 48}, Case{5, 12, 64, 1, 1, 32}, Case{2, 128, 128, 9, 1, 300},
        Case{5, 96, 80, 9, 2, 20}, Case{5, 8, 48, 3, 1, 5}, Case{1, 16, 16, 9, 1, 1},
        Case{2, 16, 16, 9, 4, 4}, Case{2, 16, 32, 9, 2, 7}}) {
    SCOPED_TRACE(testing::Message() << batch << " of " << in << " -> " << out << ", kernel "
                                    << kernel << ", stride " << stride << ", " << time);
    Convolution conv(in, out, kernel, stride);
    const torch::Tensor start = torch::randn({batch, in, 1, time});
    const auto libtorch = [&](const torch::Tensor& x) { return conv->Conv2dImpl::forward(x); };
    expect_alike(
        conv, start, torch::randn_like(libtorch(start)),
        [&](const torch::Tensor& x) { return conv(x); }, libtorch, 1e-5);
  }
}

TEST(Convolution, of_means_agrees_with_that_of_a_mean) {
  const TrainingKernels kernels;
  torch::manual_seed(4);
  for (const std::int64_t samples : {1, 2, 4}) {
    SCOPED_TRACE(samples);
    Convolution conv(24, 32, 1, 1);
    expect_alike(
        conv, torch::randn({3, 24, 1, 40}), torch::randn({3, 32, 1, 40 / samples}),
        [&](const torch::Tensor& x) { return conv->of_means(x, samples); },
        [&](const torch::Tensor& x) {
          return conv->Conv2dImpl::forward(x.unflatten(3, {40 / samples, samples}).mean(4));
        },
        1e-5);
  }
  Convolution wide(24, 32, 9, 1);
  EXPECT_THROW(wide->of_means(torch::randn({3, 24, 1, 40}), 2), c10::Error);
}

TEST(Convolution, gives_the_same_on_one_thread_twice_and_nearly_so_on_two) {
  const TrainingKernels kernels;
  torch::manual_seed(2);
  Convolution conv(64, 64, 9, 1);
  const torch::Tensor x = torch::randn({7, 64, 1, 256});
  const auto gradient = [&](int threads) {
    const int before = at::get_num_threads();
    at::set_num_threads(threads);
    conv->zero_grad();
    conv(x).square().sum().backward();
    at::set_num_threads(before);
    return conv->weight.grad().clone();
  };
  const torch::Tensor one = gradient(1);
  EXPECT_TRUE(torch::equal(one, gradient(1)));
  EXPECT_LT(apart(gradient(2), one), 1e-6);
}

TEST(Convolution, under_autocast_takes_and_gives_bf16) {
  const TrainingKernels kernels;
  torch::manual_seed(3);
  Convolution conv(24, 48, 9, 2);
  const auto half = [&](const torch::Tensor& x) {
    const Autocast autocast(true, torch::kCPU);
    const torch::Tensor y = conv(x);
    EXPECT_EQ(y.scalar_type(), torch::kBFloat16);
    return y;
  };
  expect_alike(
      conv, torch::randn({3, 24, 1, 96}), torch::randn({3, 48, 1, 48}), half,
      [&](const torch::Tensor& x) { return conv(x); }, 0.01);
}

TEST(Convolution, rounds_to_bf16_as_libtorch_does) {
  const TrainingKernels kernels;
  const torch::NoGradGuard no_gradient;
  Convolution conv(1, 64, 1, 1);
  conv->weight.zero_();
  // Halfway to either side, the greatest, infinity, no number, zero, and any: as a bias.
  conv->bias.copy_(torch::cat({torch::tensor({1.00390625F, 1.01171875F, -1.00390625F, 3.4e38F,
                                              INFINITY, -INFINITY, NAN, -0.0F}),
                               torch::randn({56})}));
  const Autocast autocast(true, torch::kCPU);
  const torch::Tensor y = conv(torch::zeros({1, 1, 1, 3})).select(3, 1).flatten(),
                      expected = conv->bias.to(torch::kBFloat16);
  EXPECT_TRUE(
      torch::equal(y.to(torch::kFloat).nan_to_num(7), expected.to(torch::kFloat).nan_to_num(7)));
  EXPECT_TRUE(y[6].isnan().item<bool>());
}

TEST(Convolution, is_libtorchs_unless_asked_for_and_for_what_the_kernels_do_not_take) {
  const torch::Tensor x = torch::randn({2, 16, 1, 32});
  Convolution conv(16, 16, 9, 1), odd(16, 10, 9, 1);
  EXPECT_TRUE(torch::equal(conv(x), conv->Conv2dImpl::forward(x)));
  const TrainingKernels kernels;
  EXPECT_FALSE(torch::equal(conv(x), conv->Conv2dImpl::forward(x)));
  EXPECT_TRUE(torch::equal(odd(x), odd->Conv2dImpl::forward(x)));
  EXPECT_THROW(conv(torch::randn({2, 17, 1, 32})), c10::Error);
  EXPECT_THROW(conv(x.to(torch::kDouble)), c10::Error);
}

}  // namespace
}  // namespace liteheart
