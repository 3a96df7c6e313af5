#include "explain/saliency.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace liteheart {
namespace {

constexpr double kLargest = 8;  // of a saliency map, by its contract

double at3(const at::Tensor& x, std::int64_t i, std::int64_t j, std::int64_t k) {
  return x[i][j][k].item<double>();
}

TEST(LayerCam, sums_what_channels_say_for_the_score_at_each_moment) {
  at::manual_seed(1);
  const at::Tensor features = at::randn({3, 5, 1, 7}, at::kDouble);
  const at::Tensor gradient = at::randn({3, 5, 1, 7}, at::kDouble);
  const at::Tensor cam = layer_cam(features, gradient);
  ASSERT_EQ(cam.sizes(), (std::vector<std::int64_t>{3, 7}));
  for (std::int64_t b = 0; b < 3; ++b) {
    for (std::int64_t t = 0; t < 7; ++t) {
      double sum = 0;
      for (std::int64_t c = 0; c < 5; ++c) {
        sum += std::max(at3(gradient.squeeze(2), b, c, t) * at3(features.squeeze(2), b, c, t), 0.0);
      }
      EXPECT_NEAR(cam[b][t].item<double>(), sum, 1e-5);
    }
  }
}

// A maximum over time hands its gradient to one moment; what is alike elsewhere was not chosen.
TEST(LayerCam, of_a_maximum_over_time_lies_where_it_is) {
  at::manual_seed(5);
  at::Tensor features = at::rand({1, 4, 1, 9}, at::kFloat);
  features.select(3, 6).add_(1);
  features.requires_grad_(true);
  features.amax(3).sum().backward();
  const at::Tensor cam = layer_cam(features.detach(), features.grad());
  EXPECT_EQ(cam.count_nonzero().item<std::int64_t>(), 1);
  EXPECT_GT(cam[0][6].item<double>(), 4);
}

TEST(MeanOne, scales_each_recording_by_itself_and_makes_an_empty_map_uniform) {
  at::Tensor map = at::rand({3, 12, 4}, at::kDouble);
  map[1].mul_(1000);
  map[2].zero_();
  const at::Tensor scaled = mean_one(map);
  for (std::int64_t b = 0; b < 3; ++b) EXPECT_NEAR(scaled[b].mean().item<double>(), 1, 1e-12);
  EXPECT_TRUE(at::allclose(scaled[0], map[0] / map[0].mean()));
  EXPECT_TRUE(at::equal(scaled[2], at::ones_like(scaled[2])));
}

void expect_saliency_contract(const at::Tensor& map) {
  EXPECT_GE(map.min().item<double>(), 0);
  EXPECT_LE(map.max().item<double>(), kLargest + 1e-5);
  for (std::int64_t b = 0; b < map.size(0); ++b) {
    EXPECT_NEAR(map[b].mean().item<double>(), 1, 1e-4) << "recording " << b;
  }
}

TEST(SaliencyMap, is_never_negative_has_mean_one_and_no_value_above_8) {
  at::manual_seed(2);
  const at::Tensor x = at::randn({4, 12, 256}), gradient = at::randn({4, 12, 256});
  expect_saliency_contract(saliency_map(at::rand({4, 16}), x, gradient));
  // Heavy tails: some bins would own the map.
  expect_saliency_contract(saliency_map(at::rand({4, 16}).pow(4), x.pow(5), gradient.pow(3)));
}

TEST(SaliencyMap, of_a_single_place_still_has_mean_one) {
  at::Tensor cam = at::zeros({2, 64}), gradient = at::zeros({2, 12, 1024});
  cam[0][20] = 1;
  gradient[0][3].slice(0, 20 * 16, 21 * 16).fill_(1);
  cam[1][20] = 1;
  gradient[1].fill_(1);
  expect_saliency_contract(saliency_map(cam, at::ones({2, 12, 1024}), gradient));
}

TEST(SaliencyMap, is_uniform_where_the_gradient_or_the_cam_is_zero) {
  const at::Tensor x = at::randn({2, 12, 128}), none = at::zeros({2, 12, 128});
  const at::Tensor ones = at::ones({2, 12, 8});
  EXPECT_TRUE(at::allclose(saliency_map(at::zeros({2, 8}), x, none), ones));
  EXPECT_TRUE(at::allclose(saliency_map(at::ones({2, 8}), x, none), ones));
  EXPECT_TRUE(
      at::allclose(saliency_map(at::zeros({2, 8}), at::ones_like(x), at::ones_like(x)), ones));
}

TEST(SaliencyMap, pools_the_input_gradient_into_bins_and_smooths_it_over_three) {
  at::manual_seed(3);
  const std::int64_t bins = 6, per_bin = 4;
  const at::Tensor x = at::rand({1, 2, bins * per_bin}, at::kDouble) + 0.5;
  const at::Tensor gradient = at::rand({1, 2, bins * per_bin}, at::kDouble) - 2;
  const at::Tensor cam = at::rand({1, bins}, at::kDouble) + 0.5;  // so even that nothing is clamped
  double pooled[2][6] = {}, expected[2][6], mean = 0;
  for (std::int64_t l = 0; l < 2; ++l) {
    for (std::int64_t t = 0; t < bins * per_bin; ++t) {
      pooled[l][t / per_bin] += std::abs(at3(x, 0, l, t) * at3(gradient, 0, l, t)) / per_bin;
    }
    for (std::int64_t k = 0; k < bins; ++k) {
      const auto from = std::max<std::int64_t>(k - 1, 0), to = std::min(k + 1, bins - 1);
      double smooth = 0;
      for (auto j = from; j <= to; ++j) smooth += pooled[l][j] / static_cast<double>(to - from + 1);
      expected[l][k] = smooth * cam[0][k].item<double>();
      mean += expected[l][k] / (2 * bins);
    }
  }
  const at::Tensor map = saliency_map(cam, x, gradient);
  for (std::int64_t l = 0; l < 2; ++l) {
    for (std::int64_t k = 0; k < bins; ++k) {
      EXPECT_NEAR(at3(map, 0, l, k), expected[l][k] / mean, 1e-6);
    }
  }
}

// A network of one filter that matches a planted wave and a second that answers to its negative, of
// which the score wants the first only.
TEST(SaliencyMap, points_to_the_lead_and_the_time_of_a_planted_wave) {
  at::manual_seed(4);
  constexpr std::int64_t kTime = 512, kBins = 32, kLead = 7, kBin = 21, kPerBin = kTime / kBins;
  const at::Tensor wave = at::hann_window(kPerBin, at::kFloat);
  at::Tensor x = 0.02 * at::randn({1, 12, kTime});
  x[0][kLead].slice(0, kBin * kPerBin, (kBin + 1) * kPerBin) += wave;
  x[0][kLead].slice(0, 5 * kPerBin, 6 * kPerBin) -= wave;
  x.requires_grad_(true);
  at::Tensor filters = at::zeros({2, 12, kPerBin});
  filters[0][kLead] = wave;
  filters[1][kLead] = -wave;
  const at::Tensor features = at::relu(at::conv1d(x, filters, {}, kPerBin)).unsqueeze(2);
  features.retain_grad();
  (features.select(1, 0).sum() - 0.5 * features.select(1, 1).sum()).backward();

  const at::Tensor cam = layer_cam(features.detach(), features.grad());
  EXPECT_EQ(cam[0].argmax().item<std::int64_t>(), kBin);
  const at::Tensor map = saliency_map(cam, x.detach(), x.grad());
  EXPECT_EQ(map.flatten().argmax().item<std::int64_t>(), kLead * kBins + kBin);
  EXPECT_GT(map[0][kLead][kBin].item<double>(), 4 * map[0].select(1, 5).max().item<double>());
}

}  // namespace
}  // namespace liteheart
