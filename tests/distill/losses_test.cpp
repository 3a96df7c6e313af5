// Each loss against a plain loop over doubles, its gradient against finite differences.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "distill/finite_differences.h"
#include "distill/logit.h"
#include "distill/region.h"
#include "distill/semi_supervised.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

using test::expect_gradient;

constexpr std::int64_t kBatch = 3, kBins = 4, kTime = 20;

at::Tensor normal(at::IntArrayRef sizes) { return at::randn(sizes, at::kDouble); }
/// Saliency maps: not negative, mean 1.
at::Tensor some_map() {
  const at::Tensor map = at::rand({kBatch, 12, kBins}, at::kDouble);
  return map / map.mean({1, 2}, true);
}
double value(const at::Tensor& x, std::initializer_list<std::int64_t> place) {
  at::Tensor y = x;
  for (const auto i : place) y = y[i];
  return y.item<double>();
}
double cross_entropy(double logit, double target) {
  const double p = 1 / (1 + std::exp(-logit));
  return -target * std::log(p) - (1 - target) * std::log(1 - p);
}
/// The saliency of a bin: the map's mean over leads.
double when(const at::Tensor& map, std::int64_t record, std::int64_t bin) {
  return map[record].select(1, bin).mean().item<double>();
}

class Loss : public testing::Test {
 protected:
  Loss() { at::manual_seed(20); }
};

using RegionRestoration = Loss;

TEST_F(RegionRestoration, is_the_absolute_error_weighted_by_one_plus_focus_times_the_map) {
  const at::Tensor x = normal({kBatch, 12, kTime}), y = normal({kBatch, 12, kTime});
  const at::Tensor map = some_map();
  const double focus = 1.7;
  double sum = 0;
  for (std::int64_t b = 0; b < kBatch; ++b) {
    for (std::int64_t l = 0; l < 12; ++l) {
      for (std::int64_t t = 0; t < kTime; ++t) {
        const double error = std::abs(value(x, {b, l, t}) - value(y, {b, l, t}));
        sum += error * (1 + focus * value(map, {b, l, t / (kTime / kBins)}));
      }
    }
  }
  const double expected = sum / (kBatch * 12 * kTime) / (1 + focus);
  EXPECT_NEAR(region_restoration(x, y, map, focus).item<double>(), expected, 1e-12);
}

TEST_F(RegionRestoration, without_focus_or_with_a_uniform_map_is_the_mean_absolute_error) {
  const at::Tensor x = normal({kBatch, 12, kTime}), y = normal({kBatch, 12, kTime});
  const double plain = (x - y).abs().mean().item<double>();
  EXPECT_NEAR(region_restoration(x, y, some_map(), 0).item<double>(), plain, 1e-12);
  const at::Tensor uniform = at::ones({1, 1, 1}, at::kDouble);
  EXPECT_NEAR(region_restoration(x, y, uniform, 3).item<double>(), plain, 1e-12);
}

TEST_F(RegionRestoration, has_the_gradient_of_its_value) {
  const at::Tensor y = normal({kBatch, 12, kTime}), map = some_map();
  expect_gradient([&](const at::Tensor& x) { return region_restoration(x, y, map, 2); },
                  normal({kBatch, 12, kTime}));
}

using RegionFeatures = Loss;

TEST_F(RegionFeatures, is_the_squared_distance_weighted_by_when_the_teacher_looks) {
  const std::int64_t channels = 5;
  const at::Tensor s = normal({kBatch, channels, kBins}), t = normal({kBatch, channels, kBins});
  const at::Tensor map = some_map();
  double sum = 0;
  for (std::int64_t b = 0; b < kBatch; ++b) {
    for (std::int64_t k = 0; k < kBins; ++k) {
      double squares = 0;
      for (std::int64_t c = 0; c < channels; ++c)
        squares += std::pow(value(s, {b, c, k}) - value(t, {b, c, k}), 2);
      sum += squares / channels * when(map, b, k);
    }
  }
  EXPECT_NEAR(region_features(s, t, map).item<double>(), sum / (kBatch * kBins), 1e-12);
}

TEST_F(RegionFeatures, has_the_gradient_of_its_value) {
  const at::Tensor t = normal({kBatch, 5, kBins}), map = some_map();
  expect_gradient([&](const at::Tensor& s) { return region_features(s, t, map); },
                  normal({kBatch, 5, kBins}));
}

using RegionMaps = Loss;

TEST_F(RegionMaps, forgets_the_lead_or_lead_and_time_by_its_kind) {
  const at::Tensor map = some_map();
  EXPECT_TRUE(at::equal(map_of_kind(map, region_map("saliency")), map));
  const at::Tensor time = map_of_kind(map, region_map("time"));
  ASSERT_EQ(time.sizes(), map.sizes());
  for (std::int64_t b = 0; b < kBatch; ++b)
    for (std::int64_t lead = 0; lead < map.size(1); ++lead)
      for (std::int64_t k = 0; k < kBins; ++k)
        EXPECT_NEAR(value(time, {b, lead, k}), when(map, b, k), 1e-12);
  EXPECT_TRUE(at::equal(map_of_kind(map, region_map("uniform")), at::ones_like(map)));
  EXPECT_THROW(region_map("lead"), Error);
}

using RegionAgreement = Loss;

TEST_F(RegionAgreement, is_one_minus_the_correlation_over_records_and_time_of_each_class) {
  const std::int64_t classes = 3, tokens = kBins / 2;
  const at::Tensor student = normal({kBatch, classes, tokens});
  const at::Tensor teacher = normal({kBatch, classes, kBins});
  double sum = 0;
  for (std::int64_t c = 0; c < classes; ++c) {
    std::vector<double> s, t;
    for (std::int64_t b = 0; b < kBatch; ++b) {
      for (std::int64_t k = 0; k < tokens; ++k) {
        s.push_back(value(student, {b, c, k}));
        double bins = 0;
        for (std::int64_t i = 0; i < 2; ++i)
          bins += static_cast<float>(value(teacher, {b, c, 2 * k + i})) / 2;
        t.push_back(bins);
      }
    }
    const auto mean = [](const std::vector<double>& x) {
      return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
    };
    const double ms = mean(s), mt = mean(t);
    double both = 0, ss = 0, tt = 0;
    for (std::size_t i = 0; i < s.size(); ++i) {
      both += (s[i] - ms) * (t[i] - mt);
      ss += std::pow(s[i] - ms, 2);
      tt += std::pow(t[i] - mt, 2);
    }
    sum += 1 - both / std::sqrt(ss * tt);
  }
  EXPECT_NEAR(region_agreement(student, teacher).item<double>(), sum / classes, 1e-6);
  EXPECT_NEAR(region_agreement(3 * teacher + 7, teacher).item<double>(), 0, 1e-6);
}

TEST_F(RegionAgreement, of_maps_that_say_nothing_has_a_finite_gradient) {
  const at::Tensor teacher = normal({kBatch, 3, kBins}).to(at::kFloat);
  const at::Tensor student = at::zeros({kBatch, 3, kBins}).requires_grad_();
  region_agreement(student, teacher).backward();
  EXPECT_TRUE(at::isfinite(student.grad()).all().item<bool>());
}

using PseudoLabels = Loss;

TEST_F(PseudoLabels, are_sharpened_and_weighted_by_confidence_within_each_class) {
  const std::int64_t classes = 4;
  const at::Tensor z = 3 * normal({kBatch, classes});
  const at::Tensor p = at::rand({kBatch, classes}, at::kDouble);
  double sum = 0;
  for (std::int64_t c = 0; c < classes; ++c) {
    double loss = 0, weights = 0;
    for (std::int64_t b = 0; b < kBatch; ++b) {
      const double q = value(p, {b, c});
      const double target = q * q / (q * q + (1 - q) * (1 - q));
      const double confidence = std::abs(2 * q - 1);
      loss += confidence * cross_entropy(value(z, {b, c}), target);
      weights += confidence;
    }
    sum += loss / weights;
  }
  EXPECT_NEAR(pseudo_label_loss(z, p).item<double>(), sum / classes, 1e-12);
}

TEST_F(PseudoLabels, of_an_undecided_teacher_or_an_empty_batch_cost_nothing) {
  const at::Tensor z = normal({kBatch, 2});
  EXPECT_EQ(pseudo_label_loss(z, at::full({kBatch, 2}, 0.5, at::kDouble)).item<double>(), 0);
  const at::Tensor none = at::empty({0, 2}, at::kDouble);
  EXPECT_EQ(pseudo_label_loss(none, none).item<double>(), 0);
}

TEST_F(PseudoLabels, have_the_gradient_of_their_value) {
  const at::Tensor p = at::rand({kBatch, 4}, at::kDouble);
  expect_gradient([&](const at::Tensor& z) { return pseudo_label_loss(z, p); },
                  normal({kBatch, 4}));
}

using LogitDistillation = Loss;

TEST_F(LogitDistillation, is_the_mean_cross_entropy_against_the_teachers_probabilities) {
  const at::Tensor z = 3 * normal({kBatch, 4}), p = at::rand({kBatch, 4}, at::kDouble);
  double sum = 0;
  for (std::int64_t b = 0; b < kBatch; ++b) {
    for (std::int64_t c = 0; c < 4; ++c) sum += cross_entropy(value(z, {b, c}), value(p, {b, c}));
  }
  EXPECT_NEAR(logit_distillation(z, p).item<double>(), sum / (kBatch * 4), 1e-12);
}

}  // namespace
}  // namespace liteheart
