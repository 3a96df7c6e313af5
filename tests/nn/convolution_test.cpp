#include "nn/convolution.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <array>
#include <cmath>

#include "nn/runtime.h"

namespace liteheart {
namespace {

struct Case {
  std::int64_t in, out, kernel, stride, time;
};

// Largest difference over the largest value.
double apart(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).abs().max() / b.abs().max()).item<double>();
}

// The three gradients and the output, by libtorch's convolution and by ours.
TEST(Convolution, agrees_with_libtorch_and_so_do_its_gradients) {
  torch::manual_seed(1);
  for (const auto& [in, out, kernel, stride, time] :
       {Case{12, 64, 9, 2, 128}, Case{64, 64, 9, 1, 512}, Case{64, 64, 9, 2, 64},
        Case{64, 64, 9, 4, 64}, Case{1, 32, 9, 4, 128}, Case{16, 32, 9, 1, 16},
        Case{64, 32, 9, 1, 48}, Case{12, 64, 1, 1, 32}, Case{128, 128, 9, 1, 300},
        Case{96, 80, 9, 2, 20}, Case{8, 48, 3, 1, 5}}) {
    SCOPED_TRACE(testing::Message() << in << " -> " << out << ", kernel " << kernel << ", stride "
                                    << stride << ", " << time);
    Convolution ours(in, out, kernel, stride);
    const torch::Tensor start = torch::randn({5, in, 1, time}),
                        toward = torch::randn({5, out, 1, time / stride});
    torch::Tensor x = start.clone().requires_grad_(), same = start.clone().requires_grad_();
    const torch::Tensor y = ours(x);
    (y * toward).sum().backward();
    const torch::Tensor by_weight = ours->weight.grad().clone(),
                        by_bias = ours->bias.grad().clone();
    ours->zero_grad();
    const torch::Tensor expected = ours->Conv2dImpl::forward(same);
    (expected * toward).sum().backward();
    EXPECT_EQ(y.sizes(), expected.sizes());
    EXPECT_LT(apart(y, expected), 1e-5);
    EXPECT_LT(apart(x.grad(), same.grad()), 1e-5);
    EXPECT_LT(apart(by_weight, ours->weight.grad()), 1e-5);
    EXPECT_LT(apart(by_bias, ours->bias.grad()), 1e-5);
  }
}

TEST(Convolution, gives_the_same_on_one_thread_twice_and_nearly_so_on_two) {
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
  torch::manual_seed(3);
  Convolution conv(24, 48, 9, 2);
  const torch::Tensor start = torch::randn({3, 24, 1, 96}), toward = torch::randn({3, 48, 1, 48});
  const auto pass = [&](bool half) {
    torch::Tensor x = start.clone().requires_grad_(), y;
    conv->zero_grad();
    {
      const Autocast autocast(half, torch::kCPU);
      y = conv(x);
    }
    EXPECT_EQ(y.scalar_type(), half ? torch::kBFloat16 : torch::kFloat);
    (y.to(torch::kFloat) * toward).sum().backward();
    return std::array{y.detach().to(torch::kFloat), x.grad().clone(), conv->weight.grad().clone(),
                      conv->bias.grad().clone()};
  };
  const auto half = pass(true), whole = pass(false);
  for (std::size_t i = 0; i < half.size(); ++i) EXPECT_LT(apart(half[i], whole[i]), 0.01) << i;
}

TEST(Convolution, rounds_to_bf16_as_libtorch_does) {
  Convolution conv(1, 16, 1, 1);
  const torch::NoGradGuard no_gradient;
  conv->weight.fill_(1);
  conv->bias.zero_();
  // Halfway to either side, the greatest, infinity, no number, zero, and any.
  const torch::Tensor x = torch::cat({torch::tensor({1.00390625F, 1.01171875F, -1.00390625F,
                                                     3.4e38F, INFINITY, -INFINITY, NAN, -0.0F}),
                                      torch::randn({56})})
                              .view({1, 1, 1, 64});
  const Autocast autocast(true, torch::kCPU);
  const torch::Tensor y = conv(x).select(1, 0).to(torch::kFloat).flatten(),
                      expected = x.to(torch::kBFloat16).to(torch::kFloat).flatten();
  EXPECT_TRUE(torch::equal(y.nan_to_num(7), expected.nan_to_num(7)));
}

TEST(Convolution, is_libtorchs_for_what_the_kernels_do_not_take) {
  const torch::Tensor x = torch::randn({2, 16, 1, 32});
  Convolution odd(16, 10, 9, 1);
  EXPECT_TRUE(torch::equal(odd(x), odd->Conv2dImpl::forward(x)));
}

}  // namespace
}  // namespace liteheart
