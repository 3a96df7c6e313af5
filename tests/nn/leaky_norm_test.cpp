#include "nn/leaky_norm.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <array>

#include "nn/training_kernels.h"

namespace liteheart {
namespace {

constexpr double kSlope = 0.01;

// Largest difference over the largest value.
double apart(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a.to(torch::kDouble) - b.to(torch::kDouble)).abs().max() /
          b.abs().max().to(torch::kDouble))
      .item<double>();
}

torch::nn::BatchNorm2d some_norm(std::int64_t channels) {
  torch::nn::BatchNorm2d norm(channels);
  const torch::NoGradGuard no_gradient;
  norm->weight.uniform_(-0.5, 1.5);
  norm->bias.normal_();
  return norm;
}

/// Output, gradients of x, beside, weight and bias, and the norm's running moments.
std::array<torch::Tensor, 7> pass(const torch::nn::BatchNorm2d& given, const torch::Tensor& x0,
                                  const torch::Tensor& beside0, const torch::Tensor& toward,
                                  bool with_beside) {
  torch::nn::BatchNorm2d norm(given->options.num_features());
  {
    const torch::NoGradGuard no_gradient;
    norm->weight.copy_(given->weight);
    norm->bias.copy_(given->bias);
  }
  norm->to(x0.scalar_type() == torch::kDouble ? torch::kDouble : torch::kFloat);
  torch::Tensor x = x0.clone().requires_grad_(), beside = beside0.clone().requires_grad_();
  const torch::Tensor y =
      with_beside ? leaky_norm(x, *norm, kSlope, beside) : leaky_norm(x, *norm, kSlope);
  EXPECT_EQ(y.scalar_type(), x0.scalar_type());
  (y * toward.to(y.scalar_type())).sum().backward();
  EXPECT_EQ(norm->num_batches_tracked.item<std::int64_t>(), 1);
  return {y.detach(),          x.grad(),          with_beside ? beside.grad() : torch::ones({1}),
          norm->weight.grad(), norm->bias.grad(), norm->running_mean,
          norm->running_var};
}

// libtorch's own operations, in doubles, are what both types are held to: no kernels take doubles.
void expect_as_libtorch(torch::ScalarType type, double most) {
  const TrainingKernels kernels;
  torch::manual_seed(1);
  struct Case {
    std::int64_t batch, channels, time;
    double mean;
  };
  for (const auto& [batch, channels, time, mean] :
       {Case{5, 64, 512, 0}, Case{3, 12, 7, 1}, Case{1, 128, 9, 0}, Case{64, 16, 33, -3},
        Case{2, 5000, 3, 0}, Case{4, 32, 300, 100}}) {
    if (type == torch::kBFloat16 && mean == 100) continue;  // no digits are left of what varies
    for (const bool with_beside : {false, true}) {
      SCOPED_TRACE(testing::Message() << batch << " x " << channels << " x " << time << ", mean "
                                      << mean << (with_beside ? ", beside" : ""));
      const auto norm = some_norm(channels);
      const torch::Tensor x = (torch::randn({batch, channels, 1, time}) + mean).to(type),
                          beside = torch::randn_like(x), toward = torch::randn_like(x);
      const auto ours = pass(norm, x, beside, toward, with_beside);
      const auto theirs = pass(norm, x.to(torch::kDouble), beside.to(torch::kDouble),
                               toward.to(torch::kDouble), with_beside);
      for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_LT(apart(ours[i], theirs[i]), most) << i;
    }
  }
}

TEST(LeakyNorm, agrees_with_libtorch_and_so_do_its_gradients_in_floats) {
  expect_as_libtorch(torch::kFloat, 2e-5);
}

TEST(LeakyNorm, agrees_with_libtorch_and_so_do_its_gradients_in_bf16) {
  expect_as_libtorch(torch::kBFloat16, 5e-3);
}

TEST(LeakyNorm, takes_what_lies_plainly_and_what_is_of_another_type_beside) {
  const TrainingKernels kernels;
  torch::manual_seed(2);
  auto norm = some_norm(32);
  const torch::Tensor x = torch::randn({3, 32, 1, 40}).to(torch::kBFloat16),
                      beside = torch::randn({3, 32, 1, 40});
  const torch::Tensor rows = x.contiguous(torch::MemoryFormat::ChannelsLast);
  EXPECT_TRUE(torch::equal(leaky_norm(x, *norm, kSlope, beside),
                           leaky_norm(rows, *norm, kSlope, beside.to(torch::kBFloat16))));
}

TEST(LeakyNorm, gives_the_same_on_one_thread_twice_and_nearly_so_on_two) {
  const TrainingKernels kernels;
  torch::manual_seed(3);
  const auto norm = some_norm(64);
  const torch::Tensor x = torch::randn({7, 64, 1, 256}), toward = torch::randn_like(x);
  const auto on = [&](int threads) {
    const int before = at::get_num_threads();
    at::set_num_threads(threads);
    auto made = pass(norm, x, x, toward, true);
    at::set_num_threads(before);
    return made;
  };
  const auto one = on(1), again = on(1), two = on(2);
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_TRUE(torch::equal(one[i], again[i])) << i;
    EXPECT_LT(apart(two[i], one[i]), 1e-5) << i;
  }
}

TEST(LeakyNorm, is_libtorchs_unless_asked_for_in_evaluation_and_for_what_the_loops_do_not_take) {
  torch::manual_seed(4);
  auto norm = some_norm(16);
  const torch::Tensor x = torch::randn({2, 16, 1, 32}).requires_grad_(), other = x * 2;
  const auto plain = [&] { return torch::leaky_relu(norm(x), kSlope) + other; };
  EXPECT_TRUE(torch::equal(leaky_norm(x, *norm, kSlope, other), plain()));
  const TrainingKernels kernels;
  const torch::Tensor loss = leaky_norm(x, *norm, kSlope).square().sum();
  EXPECT_NO_THROW(torch::autograd::grad({loss}, {x}, {}, true, false));
  EXPECT_THROW(torch::autograd::grad({loss}, {x}, {}, true, true), c10::Error);
  norm->eval();
  EXPECT_TRUE(torch::equal(leaky_norm(x, *norm, kSlope, other), plain()));
  norm->train();
  EXPECT_THROW(leaky_norm(torch::randn({2, 17, 1, 32}), *norm, kSlope), c10::Error);
  EXPECT_THROW(leaky_norm(torch::randn({1, 16, 1, 1}), *norm, kSlope), std::exception);
}

}  // namespace
}  // namespace liteheart
