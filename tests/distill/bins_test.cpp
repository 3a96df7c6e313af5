#include "distill/bins.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>

namespace liteheart {
namespace {

TEST(Bins, of_several_steps_have_the_value_and_gradient_of_their_means) {
  at::manual_seed(1);
  const at::Tensor start = at::randn({3, 8, 1, 24}).contiguous(at::MemoryFormat::ChannelsLast),
                   toward = at::randn({3, 8, 6});
  at::Tensor x = start.clone().requires_grad_(), same = start.clone().requires_grad_();
  const at::Tensor got = in_bins(x.squeeze(2), 6),
                   expected = same.squeeze(2).unflatten(2, {6, 4}).mean(3);
  EXPECT_TRUE(at::allclose(got, expected));
  const at::Tensor gradient = torch::autograd::grad({(got * toward).sum()}, {x})[0],
                   plain = torch::autograd::grad({(expected * toward).sum()}, {same})[0];
  EXPECT_TRUE(at::allclose(gradient, plain));
  EXPECT_TRUE(gradient.is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST(Bins, of_less_than_a_step_repeat_it_and_others_are_pooled) {
  const at::Tensor x = at::arange(6, at::kFloat).view({1, 1, 6}).to(at::kBFloat16);
  EXPECT_TRUE(at::equal(in_bins(x, 6), x.to(at::kFloat)));
  EXPECT_TRUE(at::equal(in_bins(x, 12), x.to(at::kFloat).repeat_interleave(2, 2)));
  EXPECT_TRUE(at::allclose(in_bins(x, 4), at::adaptive_avg_pool1d(x.to(at::kFloat), 4)));
}

}  // namespace
}  // namespace liteheart
