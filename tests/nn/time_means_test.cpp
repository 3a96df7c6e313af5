#include "nn/time_means.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <array>
#include <utility>

#include "nn/training_kernels.h"

namespace liteheart {
namespace {

std::pair<torch::Tensor, torch::Tensor> pass(const torch::Tensor& start, std::int64_t samples,
                                             const torch::Tensor& toward) {
  torch::Tensor x = start.clone().requires_grad_();
  const torch::Tensor y = time_means(x, samples);
  EXPECT_EQ(y.scalar_type(), start.scalar_type());
  (y * toward.to(y.scalar_type())).sum().backward();
  return {y.detach().to(torch::kDouble), x.grad().to(torch::kDouble)};
}

TEST(TimeMeans, agrees_with_libtorch_and_so_does_its_gradient) {
  torch::manual_seed(1);
  for (const auto& [channels, time, samples] : {std::array<std::int64_t, 3>{64, 512, 2},
                                                {12, 28, 4},
                                                {1, 6, 3},
                                                {5000, 4, 2},
                                                {16, 8, 8},
                                                {32, 5, 1}}) {
    for (const auto type : {torch::kFloat, torch::kBFloat16}) {
      SCOPED_TRACE(testing::Message() << channels << " x " << time << " by " << samples);
      const torch::Tensor x = torch::randn({3, channels, 1, time}).to(type),
                          toward = torch::randn({3, channels, 1, time / samples}).to(type);
      const auto theirs = pass(x.to(torch::kDouble), samples, toward);
      const TrainingKernels kernels;
      const auto ours = pass(x, samples, toward);
      const double most = type == torch::kFloat ? 1e-6 : 0.02;
      EXPECT_LT((ours.first - theirs.first).abs().max().item<double>(), most);
      EXPECT_LT((ours.second - theirs.second).abs().max().item<double>(), most);
    }
  }
}

TEST(TimeMeans, is_libtorchs_for_what_the_loop_does_not_take) {
  const TrainingKernels kernels;
  const torch::Tensor x = torch::randn({2, 16, 1, 7});
  EXPECT_THROW(time_means(x, 2), c10::Error);
  // The loop takes this, whose gradient has no gradient.
  const torch::Tensor leaf = x.slice(3, 0, 6).clone().requires_grad_(),
                      loss = time_means(leaf, 2).square().sum();
  EXPECT_NO_THROW(torch::autograd::grad({loss}, {leaf}, {}, true, false));
  EXPECT_THROW(torch::autograd::grad({loss}, {leaf}, {}, true, true), c10::Error);
}

}  // namespace
}  // namespace liteheart
