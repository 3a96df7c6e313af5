// The rivals' losses against plain loops over doubles, their gradients against finite differences.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "distill/attention_transfer.h"
#include "distill/binary_divergence.h"
#include "distill/channel_scale.h"
#include "distill/contrastive.h"
#include "distill/correlation.h"
#include "distill/decoupled.h"
#include "distill/finite_differences.h"
#include "distill/fixmatch.h"
#include "distill/label_wise.h"
#include "distill/mean_teacher.h"
#include "distill/present.h"
#include "distill/relational.h"
#include "distill/reused_classifier.h"
#include "distill/review.h"
#include "distill/softmatch.h"
#include "distill/variational.h"

namespace liteheart {
namespace {

using test::autograd_gradient;
using test::expect_close;
using test::expect_gradient;

at::Tensor normal(at::IntArrayRef sizes) { return at::randn(sizes, at::kDouble); }
at::Tensor uniform(at::IntArrayRef sizes) { return at::rand(sizes, at::kDouble); }
double value(const at::Tensor& x, std::initializer_list<std::int64_t> place) {
  at::Tensor y = x;
  for (const auto i : place) y = y[i];
  return y.item<double>();
}
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double cross_entropy(double logit, double target) {
  return -target * std::log(sigmoid(logit)) - (1 - target) * std::log(1 - sigmoid(logit));
}
double huber(double difference) {
  const double d = std::abs(difference);
  return d < 1 ? d * d / 2 : d - 0.5;
}
double divergence(double student, double teacher) {
  const double p = sigmoid(teacher), q = sigmoid(student);
  return p * std::log(p / q) + (1 - p) * std::log((1 - p) / (1 - q));
}
double distance(const at::Tensor& a, const at::Tensor& b) {
  double square = 0;
  for (std::int64_t d = 0; d < a.size(0); ++d) square += std::pow(value(a, {d}) - value(b, {d}), 2);
  return std::sqrt(square);
}

class RivalLosses : public testing::Test {
 protected:
  RivalLosses() { at::manual_seed(31); }
};

using AttentionTransferLoss = RivalLosses;

TEST_F(AttentionTransferLoss, is_the_squared_distance_of_maps_of_length_one_summed_over_blocks) {
  const std::int64_t batch = 3, blocks = 2, bins = 4;
  const at::Tensor s = uniform({batch, blocks, bins}), t = uniform({batch, blocks, bins});
  double sum = 0;
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t j = 0; j < blocks; ++j) {
      double ss = 0, tt = 0;
      for (std::int64_t k = 0; k < bins; ++k) {
        ss += std::pow(value(s, {b, j, k}), 2);
        tt += std::pow(value(t, {b, j, k}), 2);
      }
      for (std::int64_t k = 0; k < bins; ++k) {
        sum +=
            std::pow(value(s, {b, j, k}) / std::sqrt(ss) - value(t, {b, j, k}) / std::sqrt(tt), 2);
      }
    }
  }
  EXPECT_NEAR(attention_transfer_loss(s, t).item<double>(), sum / batch, 1e-12);
  EXPECT_NEAR(attention_transfer_loss(5 * t, t).item<double>(), 0, 1e-12);
  expect_gradient([&](const at::Tensor& x) { return attention_transfer_loss(x, t); }, s);
}

TEST_F(AttentionTransferLoss, has_the_mean_square_over_channels_and_a_bins_samples_as_energy) {
  const at::Tensor x = at::randn({2, 3, 1, 8});
  const at::Tensor energy = attention_energy(x, 4);
  ASSERT_EQ(energy.sizes(), (std::vector<std::int64_t>{2, 4}));
  double sum = 0;
  for (std::int64_t c = 0; c < 3; ++c)
    sum += std::pow(value(x, {1, c, 0, 4}), 2) + std::pow(value(x, {1, c, 0, 5}), 2);
  EXPECT_NEAR(value(energy, {1, 2}), sum / 6, 1e-6);
}

using Relations = RivalLosses;

TEST_F(Relations, of_distance_are_compared_by_hubers_loss_after_division_by_their_mean) {
  const std::int64_t n = 4;
  const at::Tensor s = normal({n, 3}), t = normal({n, 5});
  const auto mean_distance = [&](const at::Tensor& x) {
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < n; ++j) sum += distance(x[i], x[j]);
    }
    return sum / (n * (n - 1));
  };
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      sum +=
          huber(distance(s[i], s[j]) / mean_distance(s) - distance(t[i], t[j]) / mean_distance(t));
    }
  }
  EXPECT_NEAR(relational_distance_loss(s, t).item<double>(), sum / (n * (n - 1)), 1e-9);
  EXPECT_NEAR(relational_distance_loss(3 * t + 1, t).item<double>(), 0, 1e-9);
  expect_gradient([&](const at::Tensor& x) { return relational_distance_loss(x, t); }, s);
}

TEST_F(Relations, of_angle_are_compared_at_every_record) {
  const std::int64_t n = 4;
  const at::Tensor s = normal({n, 3}), t = normal({n, 5});
  const auto cosine = [](const at::Tensor& x, std::int64_t i, std::int64_t j, std::int64_t k) {
    if (j == i || k == i) return 0.0;
    return (x[j] - x[i]).dot(x[k] - x[i]).item<double>() /
           (distance(x[j], x[i]) * distance(x[k], x[i]));
  };
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      for (std::int64_t k = 0; k < n; ++k) sum += huber(cosine(s, i, j, k) - cosine(t, i, j, k));
    }
  }
  EXPECT_NEAR(relational_angle_loss(s, t).item<double>(), sum / (n * n * n), 1e-9);
  EXPECT_NEAR(relational_angle_loss(3 * t + 1, t).item<double>(), 0, 1e-9);
  expect_gradient([&](const at::Tensor& x) { return relational_angle_loss(x, t); }, s);
}

using NoiseContrast = RivalLosses;

at::Tensor directions(at::IntArrayRef sizes) {
  const at::Tensor x = normal(sizes);
  return x / x.norm(2, -1, true);
}

TEST_F(NoiseContrast, is_the_cross_entropy_of_telling_a_real_pair_from_noise) {
  const std::int64_t batch = 3, count = 5, dims = 4;
  const at::Tensor anchor = directions({batch, dims}), positive = directions({batch, dims}),
                   negatives = directions({count, dims});
  at::Tensor other = at::ones({batch, count}, at::kBool);
  other[1][2] = false;
  const double log_scale = 0.7;
  const auto real = [&](const at::Tensor& a, const at::Tensor& b) {
    const double odds = std::exp(a.dot(b).item<double>() / 0.07) / std::exp(log_scale);
    return odds / (odds + count);
  };
  double sum = 0;
  for (std::int64_t b = 0; b < batch; ++b) {
    sum -= std::log(real(anchor[b], positive[b]));
    for (std::int64_t k = 0; k < count; ++k) {
      if (b != 1 || k != 2) sum -= std::log(1 - real(anchor[b], negatives[k]));
    }
  }
  const at::Tensor scale = at::full({}, log_scale, at::kDouble);
  EXPECT_NEAR(noise_contrastive_loss(anchor, positive, negatives, other, scale).item<double>(),
              sum / batch, 1e-9);
  expect_gradient(
      [&](const at::Tensor& x) {
        return noise_contrastive_loss(x, positive, negatives, other, scale);
      },
      anchor);
}

TEST_F(NoiseContrast, scales_by_the_mean_likelihood_of_noise) {
  const at::Tensor anchor = directions({3, 4}), negatives = directions({5, 4});
  double sum = 0;
  for (std::int64_t b = 0; b < 3; ++b) {
    for (std::int64_t k = 0; k < 5; ++k)
      sum += std::exp(anchor[b].dot(negatives[k]).item<double>() / 0.07);
  }
  EXPECT_NEAR(noise_log_scale(anchor, negatives).item<double>(), std::log(sum / 15), 1e-9);
}

TEST_F(NoiseContrast, keeps_half_of_what_the_bank_knew_of_the_records_seen_and_all_of_others) {
  at::Tensor bank = directions({6, 4});
  const at::Tensor before = bank.clone(), embedding = directions({2, 4});
  update_bank(bank, at::tensor({4, 1}, at::kLong), embedding);
  for (const std::int64_t row : {0, 2, 3, 5}) EXPECT_TRUE(at::equal(bank[row], before[row]));
  const at::Tensor sum = before[4] + embedding[0];
  expect_close(bank[4], sum / sum.norm(), 1e-12);
  const at::Tensor second = before[1] + embedding[1];
  expect_close(bank[1], second / second.norm(), 1e-12);
}

using Variational = RivalLosses;

TEST_F(Variational, is_the_gaussian_likelihood_with_a_variance_for_each_channel) {
  const std::int64_t batch = 2, channels = 3, bins = 4;
  const at::Tensor s = normal({batch, channels, bins}), t = normal({batch, channels, bins}),
                   raw = normal({channels});
  double sum = 0;
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const double variance = std::log1p(std::exp(value(raw, {c}))) + 1e-5;
      for (std::int64_t k = 0; k < bins; ++k) {
        const double error = value(s, {b, c, k}) - value(t, {b, c, k});
        sum += (error * error / variance + std::log(variance)) / 2;
      }
    }
  }
  EXPECT_NEAR(variational_loss(s, t, raw).item<double>(), sum / (batch * channels * bins), 1e-9);
  expect_gradient([&](const at::Tensor& x) { return variational_loss(x, t, raw); }, s);
  expect_gradient([&](const at::Tensor& x) { return variational_loss(s, t, x); }, raw);
  const at::Tensor unit = at::full({channels}, kUnitVarianceRaw, at::kDouble);
  EXPECT_NEAR(variational_loss(s, t, unit).item<double>(),
              (s - t).square().mean().item<double>() / 2, 1e-4);
}

using Review = RivalLosses;

TEST_F(Review, compares_features_and_their_means_over_four_two_and_one_stretches) {
  const std::int64_t bins = 8;
  const at::Tensor s = normal({2, 3, bins}), t = normal({2, 3, bins});
  double expected = 0, weights = 0, weight = 1;
  for (const std::int64_t stretches : {bins, std::int64_t{4}, std::int64_t{2}, std::int64_t{1}}) {
    double sum = 0;
    for (std::int64_t b = 0; b < 2; ++b) {
      for (std::int64_t c = 0; c < 3; ++c) {
        for (std::int64_t part = 0; part < stretches; ++part) {
          double error = 0;
          for (std::int64_t k = 0; k < bins / stretches; ++k) {
            const auto at_bin = part * (bins / stretches) + k;
            error += value(s, {b, c, at_bin}) - value(t, {b, c, at_bin});
          }
          sum += std::pow(error / static_cast<double>(bins / stretches), 2);
        }
      }
    }
    expected += weight * sum / static_cast<double>(2 * 3 * stretches);
    weights += weight;
    weight /= 2;
  }
  EXPECT_NEAR(hierarchical_context_loss(s, t).item<double>(), expected / weights, 1e-12);
  EXPECT_EQ(hierarchical_context_loss(t, t).item<double>(), 0);
  expect_gradient([&](const at::Tensor& x) { return hierarchical_context_loss(x, t); }, s);
}

TEST_F(Review, fuses_by_a_gate_for_each_of_both) {
  const at::Tensor shallow = normal({2, 3, 4}), deep = normal({2, 3, 4}), gates = normal({2, 2, 4});
  const at::Tensor fused = attention_fusion(shallow, deep, gates);
  EXPECT_NEAR(value(fused, {1, 2, 3}),
              value(shallow, {1, 2, 3}) * sigmoid(value(gates, {1, 0, 3})) +
                  value(deep, {1, 2, 3}) * sigmoid(value(gates, {1, 1, 3})),
              1e-12);
}

using Labels = RivalLosses;

TEST_F(Labels, are_present_by_the_truth_where_it_is_known_and_by_the_teacher_elsewhere) {
  const at::Tensor target = at::tensor({1.0, 0.0, 0.6, 0.4}).view({2, 2});
  const at::Tensor teacher = at::tensor({0.1, 0.9, 0.1, 0.9, 0.5, 0.49}).view({3, 2});
  EXPECT_TRUE(at::equal(present_labels(target, teacher).to(at::kLong),
                        at::tensor({1, 0, 1, 0, 1, 0}).view({3, 2})));
}

TEST_F(Labels, have_a_divergence_of_their_own) {
  const at::Tensor s = normal({3, 2}), t = normal({3, 2});
  const at::Tensor loss = binary_divergence(s, t);
  EXPECT_NEAR(value(loss, {2, 1}), divergence(value(s, {2, 1}), value(t, {2, 1})), 1e-12);
  EXPECT_NEAR(binary_divergence(t, t).abs().max().item<double>(), 0, 1e-12);
  expect_gradient([&](const at::Tensor& x) { return binary_divergence(x, t).sum(); }, s);
}

using DecoupledDistillation = RivalLosses;

TEST_F(DecoupledDistillation, is_the_mean_divergence_of_present_and_of_absent_labels) {
  const std::int64_t batch = 3, classes = 4;
  const double temperature = 4;
  const at::Tensor s = normal({batch, classes}), t = normal({batch, classes});
  const at::Tensor present = uniform({batch, classes}) > 0.6;
  double sums[2] = {}, counts[2] = {};
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t c = 0; c < classes; ++c) {
      const bool is = present[b][c].item<bool>();
      sums[is] += temperature * temperature *
                  divergence(value(s, {b, c}) / temperature, value(t, {b, c}) / temperature);
      counts[is] += 1;
    }
  }
  ASSERT_GT(counts[0] * counts[1], 0);
  const DecoupledLoss loss = decoupled_loss(s, t, present, temperature);
  EXPECT_NEAR(loss.target.item<double>(), sums[1] / counts[1], 1e-9);
  EXPECT_NEAR(loss.non_target.item<double>(), sums[0] / counts[0], 1e-9);
  EXPECT_EQ(decoupled_loss(s, t, at::zeros_like(present), 4).target.item<double>(), 0);
  expect_gradient([&](const at::Tensor& x) { return decoupled_loss(x, t, present, 4).target; }, s);
}

using CorrelationDistillation = RivalLosses;

double pearson(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) ma += a[i] / n, mb += b[i] / n;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) * (a[i] - ma);
    bb += (b[i] - mb) * (b[i] - mb);
  }
  return ab / std::sqrt(aa * bb);
}

std::vector<double> numbers(const at::Tensor& x) {
  const at::Tensor y = x.contiguous();
  return {y.data_ptr<double>(), y.data_ptr<double>() + y.numel()};
}

TEST_F(CorrelationDistillation, is_one_minus_pearson_over_classes_and_over_the_batch) {
  const std::int64_t batch = 4, classes = 5;
  const at::Tensor s = uniform({batch, classes}), t = uniform({batch, classes});
  double inter = 0, intra = 0;
  for (std::int64_t b = 0; b < batch; ++b) inter += 1 - pearson(numbers(s[b]), numbers(t[b]));
  for (std::int64_t c = 0; c < classes; ++c)
    intra += 1 - pearson(numbers(s.select(1, c)), numbers(t.select(1, c)));
  const CorrelationLoss loss = correlation_loss(s, t);
  EXPECT_NEAR(loss.inter.item<double>(), inter / batch, 1e-9);
  EXPECT_NEAR(loss.intra.item<double>(), intra / classes, 1e-9);
  EXPECT_NEAR(correlation_loss(2 * t + 1, t).intra.item<double>(), 0, 1e-9);
  expect_gradient([&](const at::Tensor& x) { return correlation_loss(x, t).inter; }, s);
  expect_gradient([&](const at::Tensor& x) { return correlation_loss(x, t).intra; }, s);
}

Head some_head(std::int64_t width, std::int64_t classes) {
  return {normal({width, width}), normal({width}), normal({classes, width}), normal({classes})};
}

using Heads = RivalLosses;

TEST_F(Heads, have_label_embeddings_whose_sums_are_the_logits) {
  const Head head = some_head(5, 3);
  const at::Tensor pooled = normal({2, 5});
  const at::Tensor embeddings = label_embeddings(head, pooled);
  ASSERT_EQ(embeddings.sizes(), (std::vector<std::int64_t>{2, 3, 5}));
  expect_close(embeddings.sum(2) + head.output_bias, logits_of(head, pooled), 1e-12);
}

TEST_F(Heads, reused_behind_a_projector_fold_into_the_students_exactly) {
  const Head teacher = some_head(6, 3);
  const at::Tensor weight = normal({6, 4}), bias = normal({6}), pooled = normal({5, 4});
  const Head student = reused_head(teacher, weight, bias);
  EXPECT_TRUE(at::equal(student.hidden_weight, at::eye(4, at::kDouble)));
  expect_close(logits_of(student, pooled), logits_of(teacher, at::linear(pooled, weight, bias)),
               1e-12);
  EXPECT_NEAR(reused_classifier_loss(pooled, pooled + 2, 8).item<double>(), 0.5, 1e-12);
}

using LabelWiseDistillation = RivalLosses;

TEST_F(LabelWiseDistillation, compares_distances_within_labels_and_within_records) {
  const std::int64_t batch = 3, classes = 3;
  const at::Tensor s = normal({batch, classes, 4}), t = normal({batch, classes, 5});
  const at::Tensor present =
      at::tensor({1, 1, 0, 1, 0, 1, 1, 1, 1}).view({batch, classes}).to(at::kBool);
  struct Pair {
    std::int64_t b, c, other_b, other_c;
  };
  std::vector<Pair> within_label, within_record;
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t c = 0; c < classes; ++c) {
      if (!present[b][c].item<bool>()) continue;
      for (std::int64_t i = 0; i < batch; ++i) {
        if (i != b && present[i][c].item<bool>()) within_label.push_back({b, c, i, c});
      }
      for (std::int64_t i = 0; i < classes; ++i) {
        if (i != c && present[b][i].item<bool>()) within_record.push_back({b, c, b, i});
      }
    }
  }
  const auto expected = [&](const std::vector<Pair>& pairs) {
    const auto apart = [](const at::Tensor& x, const Pair& p) {
      return distance(x[p.b][p.c], x[p.other_b][p.other_c]);
    };
    const auto n = static_cast<double>(pairs.size());
    double mean_s = 0, mean_t = 0, sum = 0;
    for (const Pair& p : pairs) mean_s += apart(s, p) / n, mean_t += apart(t, p) / n;
    for (const Pair& p : pairs) sum += huber(apart(s, p) / mean_s - apart(t, p) / mean_t);
    return sum / n;
  };
  const LabelWiseLoss loss = label_wise_loss(s, t, present);
  EXPECT_NEAR(loss.class_aware.item<double>(), expected(within_label), 1e-9);
  EXPECT_NEAR(loss.instance_aware.item<double>(), expected(within_record), 1e-9);
  EXPECT_NEAR(label_wise_loss(2 * t, t, present).class_aware.item<double>(), 0, 1e-9);
  EXPECT_EQ(label_wise_loss(s, t, at::zeros_like(present)).class_aware.item<double>(), 0);
  expect_gradient([&](const at::Tensor& x) { return label_wise_loss(x, t, present).class_aware; },
                  s);
  expect_gradient(
      [&](const at::Tensor& x) { return label_wise_loss(x, t, present).instance_aware; }, s);
  const at::Tensor same = at::ones({batch, classes, 4}, at::kDouble);
  EXPECT_TRUE(at::isfinite(autograd_gradient(
                               [&](const at::Tensor& x) {
                                 return label_wise_loss(x, t, present).class_aware;
                               },
                               same))
                  .all()
                  .item<bool>());
}

using FixMatchLoss = RivalLosses;

TEST_F(FixMatchLoss, counts_labels_of_which_the_weak_view_is_sure_either_way) {
  const at::Tensor weak = at::tensor({0.96, 0.94, 0.04, 0.06}, at::kDouble).view({2, 2});
  const at::Tensor s = normal({2, 2});
  const double expected =
      (cross_entropy(value(s, {0, 0}), 1) + cross_entropy(value(s, {1, 0}), 0)) / 4;
  EXPECT_NEAR(fixmatch_loss(s, weak).item<double>(), expected, 1e-12);
  expect_gradient([&](const at::Tensor& x) { return fixmatch_loss(x, weak); }, s);
  EXPECT_EQ(fixmatch_loss(s, at::full({2, 2}, 0.5, at::kDouble)).item<double>(), 0);
}

using SoftMatchLoss = RivalLosses;

Confidence some_confidence() {
  return {at::tensor({0.1, 0.5}, at::kDouble), at::tensor({0.8, 0.7}, at::kDouble),
          at::tensor({0.04, 0.02}, at::kDouble)};
}

TEST_F(SoftMatchLoss, weighs_hard_labels_by_a_gaussian_of_their_aligned_confidence) {
  const std::int64_t batch = 5, classes = 2;
  const at::Tensor s = normal({batch, classes}), weak = uniform({batch, classes});
  const Confidence running = some_confidence();
  double sum = 0;
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t c = 0; c < classes; ++c) {
      const double p = value(weak, {b, c}), prior = value(running.prior, {c});
      const double present = p / prior, absent = (1 - p) / (1 - prior);
      const double confidence = (p >= 0.5 ? present : absent) / (present + absent);
      const double below = std::min(0.0, confidence - value(running.mean, {c}));
      const double weight = std::exp(-below * below / (2 * value(running.variance, {c}) / 4));
      sum += weight * cross_entropy(value(s, {b, c}), p >= 0.5 ? 1 : 0);
    }
  }
  EXPECT_NEAR(softmatch_loss(s, weak, running).item<double>(), sum / (batch * classes), 1e-9);
  expect_gradient([&](const at::Tensor& x) { return softmatch_loss(x, weak, running); }, s);
}

TEST_F(SoftMatchLoss, is_plain_where_confidence_is_at_its_mean_and_both_answers_are_as_frequent) {
  const at::Tensor probability = uniform({4, 2});
  const at::Tensor confidence = aligned_confidence(probability, at::full({2}, 0.5, at::kDouble));
  expect_close(confidence, at::max(probability, 1 - probability), 1e-12);
  Confidence running = some_confidence();
  running.mean = at::zeros({2}, at::kDouble);
  expect_close(softmatch_weight(confidence, running), at::ones({4, 2}, at::kDouble), 1e-12);
}

TEST_F(SoftMatchLoss, follows_the_batches_mean_and_variance_class_by_class) {
  Confidence running = some_confidence();
  const at::Tensor prior = running.prior.clone(), mean = running.mean.clone(),
                   variance = running.variance.clone(), weak = uniform({6, 2});
  update_confidence(running, weak, 0.9);
  expect_close(running.prior, 0.9 * prior + 0.1 * weak.mean(0), 1e-12);
  const at::Tensor confidence = aligned_confidence(weak, running.prior);
  const at::Tensor deviation = confidence - confidence.mean(0);
  expect_close(running.mean, 0.9 * mean + 0.1 * confidence.mean(0), 1e-12);
  expect_close(running.variance, 0.9 * variance + 0.1 * deviation.square().sum(0) / 5, 1e-12);
}

using MeanTeacherLoss = RivalLosses;

TEST_F(MeanTeacherLoss, is_the_squared_distance_of_probabilities_and_rises_over_a_quarter) {
  const at::Tensor s = normal({3, 2}), p = uniform({3, 2});
  double sum = 0;
  for (std::int64_t b = 0; b < 3; ++b) {
    for (std::int64_t c = 0; c < 2; ++c)
      sum += std::pow(sigmoid(value(s, {b, c})) - value(p, {b, c}), 2);
  }
  EXPECT_NEAR(consistency_loss(s, p).item<double>(), sum / 6, 1e-12);
  EXPECT_NEAR(consistency_loss(s, s.sigmoid()).item<double>(), 0, 1e-12);
  expect_gradient([&](const at::Tensor& x) { return consistency_loss(x, p); }, s);
  EXPECT_NEAR(consistency_ramp(0), std::exp(-5), 1e-12);
  EXPECT_NEAR(consistency_ramp(0.125), std::exp(-1.25), 1e-12);
  EXPECT_EQ(consistency_ramp(0.25), 1);
  EXPECT_EQ(consistency_ramp(0.9), 1);
}

TEST_F(RivalLosses, see_teacher_features_whose_channels_have_mean_0_and_variance_1) {
  const at::Tensor features = 3 * at::randn({50, 4, 6}) + at::arange(4).view({1, 4, 1});
  const at::Tensor x = standardized(features, channel_scale(features.to(at::kBFloat16)));
  EXPECT_LT(x.mean(at::IntArrayRef{0, 2}).abs().max().item<double>(), 0.01);
  EXPECT_LT((x.square().mean(at::IntArrayRef{0, 2}) - 1).abs().max().item<double>(), 0.02);
}

}  // namespace
}  // namespace liteheart
