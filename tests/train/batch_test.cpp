// Batches, augmentation and the optimizer.
#include "train/batch.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "data/augment.h"
#include "train/adamw.h"
#include "train/training_data.h"

namespace liteheart {
namespace {

using test::kClasses;
using test::kWindow;

constexpr std::size_t kLabelled = 10, kRecords = 30;
constexpr std::int64_t kBatch = 10, kLabelledPerBatch = 4;
constexpr int kPerBin = kWindow / kBins;

class Batches : public testing::Test {
 protected:
  Batches() {
    test::write_dataset(folder_.path() / "data", kRecords);
    data.emplace(folder_.path() / "data");
  }
  static BatchOptions options() {
    BatchOptions o;
    for (std::size_t r = 0; r < kRecords; ++r)
      (r < kLabelled ? o.labelled : o.unlabelled).push_back(r);
    o.labelled_per_batch = kLabelledPerBatch;
    o.unlabelled_per_batch = kBatch - kLabelledPerBatch;
    o.leads = {0, 6};
    return o;
  }
  static BatchOptions mixed() {
    BatchOptions o = options();
    o.cutmix = 1;
    return o;
  }

 private:
  test::ScratchFolder folder_;

 protected:
  std::optional<PreparedDataset> data;
};

bool same(const Batch& a, const Batch& b) {
  return a.records == b.records && a.labelled == b.labelled && at::equal(a.signal, b.signal) &&
         at::equal(a.input, b.input) && at::equal(a.target, b.target) &&
         a.cutmix.partner == b.cutmix.partner && a.cutmix.from == b.cutmix.from &&
         a.cutmix.to == b.cutmix.to;
}

TEST_F(Batches, follow_from_seed_and_step_whatever_was_drawn_before) {
  BatchOptions o = options();
  o.cutmix = 0.5;
  o.augment = 1;
  BatchSampler in_order(*data, o), backwards(*data, o);
  o.seed = 2;
  BatchSampler other_seed(*data, o);
  std::vector<Batch> batches;
  for (std::uint64_t step = 0; step < 12; ++step) batches.push_back(in_order.draw(step));
  for (std::uint64_t step = 12; step-- > 0;) {
    EXPECT_TRUE(same(backwards.draw(step), batches[step])) << step;
    EXPECT_FALSE(same(other_seed.draw(step), batches[step])) << step;
  }
}

TEST_F(Batches, show_every_record_of_both_streams_once_a_pass_each_pass_in_another_order) {
  BatchSampler sampler(*data, options());
  std::vector<std::size_t> labelled, unlabelled;
  for (std::uint64_t step = 0; step < 10; ++step) {
    const Batch batch = sampler.draw(step);
    ASSERT_EQ(batch.records.size(), kBatch);
    const auto middle = batch.records.begin() + kLabelledPerBatch;
    labelled.insert(labelled.end(), batch.records.begin(), middle);
    unlabelled.insert(unlabelled.end(), middle, batch.records.end());
  }
  const auto expect_passes = [](const std::vector<std::size_t>& seen,
                                const std::vector<std::size_t>& all) {
    std::set<std::vector<std::size_t>> orders;
    for (std::size_t from = 0; from < seen.size(); from += all.size()) {
      std::vector<std::size_t> pass(seen.begin() + static_cast<std::ptrdiff_t>(from),
                                    seen.begin() + static_cast<std::ptrdiff_t>(from + all.size()));
      EXPECT_TRUE(orders.insert(pass).second) << "the order of an earlier pass";
      std::sort(pass.begin(), pass.end());
      EXPECT_EQ(pass, all);
    }
    EXPECT_FALSE(orders.contains(all)) << "not shuffled";
  };
  expect_passes(labelled, options().labelled);
  expect_passes(unlabelled, options().unlabelled);
}

TEST_F(Batches, put_labelled_records_first_and_give_their_labels_and_signals) {
  BatchSampler sampler(*data, options());
  const Batch batch = sampler.draw(3);
  EXPECT_EQ(batch.labelled, kLabelledPerBatch);
  EXPECT_TRUE(batch.cutmix.partner.empty());
  ASSERT_EQ(batch.target.sizes(), (std::vector<std::int64_t>{kLabelledPerBatch, kClasses}));
  for (std::int64_t b = 0; b < kBatch; ++b) {
    const std::size_t record = batch.records[static_cast<std::size_t>(b)];
    EXPECT_EQ(record < kLabelled, b < kLabelledPerBatch);
    for (int c = 0; b < kLabelledPerBatch && c < kClasses; ++c) {
      EXPECT_EQ(batch.target[b][c].item<int>(), test::label(record, c));
    }
    for (int lead = 0; lead < kLeads; ++lead) {
      const at::Tensor signal = batch.signal[b][lead];
      for (int t = 0; t < kWindow; t += 17) {
        EXPECT_FLOAT_EQ(signal[t].item<float>(),
                        0.001f * static_cast<float>(test::stored(record, lead, t)));
      }
    }
  }
  EXPECT_TRUE(at::equal(batch.input.select(1, 0), batch.signal.select(1, 0)));
  EXPECT_TRUE(at::equal(batch.input.select(1, 1), batch.signal.select(1, 6)));
}

TEST_F(Batches, without_unlabelled_records_hold_labelled_ones_only) {
  BatchOptions o = options();
  o.unlabelled_per_batch = 0;
  o.unlabelled.clear();
  const Batch batch = BatchSampler(*data, o).draw(0);
  EXPECT_EQ(batch.records.size(), static_cast<std::size_t>(kLabelledPerBatch));
  EXPECT_EQ(batch.signal.size(0), kLabelledPerBatch);
}

TEST_F(Batches, mix_labelled_records_with_labelled_ones_only_and_each_is_a_partner_once) {
  BatchSampler sampler(*data, mixed());
  std::set<int> lengths;
  bool moved = false;
  for (std::uint64_t step = 0; step < 40; ++step) {
    const CutMix mix = sampler.draw(step).cutmix;
    ASSERT_EQ(mix.partner.size(), kBatch);
    EXPECT_TRUE(0 <= mix.from && mix.from <= mix.to && mix.to <= kBins);
    lengths.insert(mix.to - mix.from);
    std::set<std::int64_t> partners(mix.partner.begin(), mix.partner.end());
    EXPECT_EQ(partners.size(), kBatch);
    for (std::int64_t b = 0; b < kBatch; ++b) {
      const auto partner = mix.partner[static_cast<std::size_t>(b)];
      EXPECT_EQ(partner < kLabelledPerBatch, b < kLabelledPerBatch);
      moved = moved || partner != b;
    }
  }
  EXPECT_GT(lengths.size(), 10u);
  EXPECT_TRUE(moved);
}

TEST_F(Batches, mix_signals_within_the_cut_and_labels_by_its_share) {
  BatchSampler sampler(*data, mixed()), plain(*data, options());
  for (std::uint64_t step = 0; step < 6; ++step) {
    const Batch batch = sampler.draw(step), unmixed = plain.draw(step);
    ASSERT_EQ(batch.records, unmixed.records);
    const CutMix& mix = batch.cutmix;
    const float share = static_cast<float>(mix.to - mix.from) / kBins;
    for (std::int64_t b = 0; b < kBatch; ++b) {
      const auto partner = mix.partner[static_cast<std::size_t>(b)];
      for (int t = 0; t < kWindow; ++t) {
        const bool cut = t >= mix.from * kPerBin && t < mix.to * kPerBin;
        EXPECT_TRUE(at::equal(batch.signal[b].select(1, t),
                              unmixed.signal[cut ? partner : b].select(1, t)));
      }
      if (b >= kLabelledPerBatch) continue;
      const at::Tensor target = (1 - share) * unmixed.target[b] + share * unmixed.target[partner];
      EXPECT_TRUE(at::allclose(batch.target[b], target));
    }
    EXPECT_TRUE(at::equal(batch.input.select(1, 1), batch.signal.select(1, 6)));
  }
}

TEST_F(Batches, weak_augmentation_is_a_gain_a_record_and_strong_is_on_the_input_only) {
  BatchOptions o = options();
  o.augment = 1;
  BatchSampler sampler(*data, o), plain(*data, options());
  std::set<int> gains;
  for (std::uint64_t step = 0; step < 20; ++step) {
    const Batch batch = sampler.draw(step), raw = plain.draw(step);
    for (std::int64_t b = 0; b < kBatch; ++b) {
      const at::Tensor before = raw.signal[b];
      const double gain =
          (batch.signal[b] * before).sum().item<double>() / before.square().sum().item<double>();
      EXPECT_TRUE(at::allclose(batch.signal[b], before * gain, 1e-4, 1e-5));
      EXPECT_LE(std::abs(std::log(gain)), 0.15 + 1e-6);
      gains.insert(static_cast<int>(1e6 * gain));
    }
    EXPECT_FALSE(at::equal(batch.input.select(1, 0), batch.signal.select(1, 0)));
  }
  EXPECT_GT(gains.size(), 190u);
}

TEST(CutMixing, cut_mix_and_blend_do_what_loops_do_and_leave_their_input_alone) {
  at::manual_seed(1);
  const CutMix mix{{2, 0, 1}, 10, 45};
  const at::Tensor x = at::randn({3, 4, 2 * kBins}), before = x.clone(), y = at::rand({3, 5});
  const at::Tensor mixed = cut_mix(x, mix), blended = blend(y, mix);
  EXPECT_TRUE(at::equal(x, before));
  for (std::int64_t b = 0; b < 3; ++b) {
    const auto partner = mix.partner[static_cast<std::size_t>(b)];
    for (std::int64_t t = 0; t < 2 * kBins; ++t) {
      const auto from = t / 2 >= 10 && t / 2 < 45 ? partner : b;
      EXPECT_TRUE(at::equal(mixed[b].select(1, t), x[from].select(1, t)));
    }
    for (std::int64_t c = 0; c < 5; ++c) {
      const double expected =
          y[b][c].item<double>() * 29 / 64 + y[partner][c].item<double>() * 35 / 64;
      EXPECT_NEAR(blended[b][c].item<double>(), expected, 1e-6);
    }
  }
  EXPECT_TRUE(at::equal(cut_mix(x, {}), x));
  EXPECT_TRUE(at::equal(blend(y, {}), y));
}

TEST(Augmentation, strong_noise_stays_below_5_percent_and_a_loss_takes_a_tenth_at_most) {
  constexpr int kTrials = 2000, kTime = 500;
  Random random(3);
  int lost = 0;
  double largest_noise = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<float> lead(kTime);
    for (int t = 0; t < kTime; ++t)
      lead[static_cast<std::size_t>(t)] = t % 2 ? 2.0f : -2.0f;  // s.d. 2
    augment_strong(lead, 1, random);
    double square = 0;
    int zeros = 0, left = 0;
    for (int t = 0; t < kTime; ++t) {
      const float v = lead[static_cast<std::size_t>(t)];
      if (v == 0) {
        ++zeros;
      } else {
        square += std::pow(v - (t % 2 ? 2 : -2), 2);
        ++left;
      }
    }
    EXPECT_LE(zeros, kTime / 10);
    lost += zeros > 0;
    largest_noise = std::max(largest_noise, std::sqrt(square / left) / 2);
  }
  EXPECT_NEAR(lost, 0.3 * kTrials, 4 * std::sqrt(0.21 * kTrials));
  EXPECT_GT(largest_noise, 0.045);
  EXPECT_LT(largest_noise, 0.055);
}

TEST(Augmentation, cutmix_share_is_beta_distributed) {
  constexpr int kTrials = 20000;
  for (const double a : {0.75, 2.0}) {
    Random random(4);
    double sum = 0, square = 0;
    for (int i = 0; i < kTrials; ++i) {
      const double share = cutmix_share(a, random);
      EXPECT_TRUE(share >= 0 && share <= 1);
      sum += share;
      square += (share - 0.5) * (share - 0.5);
    }
    EXPECT_NEAR(sum / kTrials, 0.5, 0.01);
    EXPECT_NEAR(square / kTrials, 1 / (4 * (2 * a + 1)), 0.003);
  }
}

// The same in plain doubles, after Loshchilov and Hutter 2019, algorithm 2.
struct ReferenceAdamW {
  std::vector<double> value, first, second;
  void step(std::vector<double> gradient, int t, double rate, double decay, double clip,
            double norm) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      const double g = norm > clip ? gradient[i] * clip / norm : gradient[i];
      first[i] = 0.9 * first[i] + 0.1 * g;
      second[i] = 0.999 * second[i] + 0.001 * g * g;
      const double m = first[i] / (1 - std::pow(0.9, t)), v = second[i] / (1 - std::pow(0.999, t));
      value[i] -= rate * (m / (std::sqrt(v) + 1e-8) + decay * value[i]);
    }
  }
};

std::vector<double> values(const at::Tensor& x) {
  const at::Tensor flat = x.contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

TEST(AdamWOptimizer, agrees_with_a_plain_loop_over_20_steps_with_decay_and_clipping) {
  at::manual_seed(5);
  constexpr double kDecay = 0.1, kClip = 2;
  std::vector<at::Tensor> parameters = {at::randn({3, 2}, at::kDouble),
                                        at::randn({5}, at::kDouble)};
  const at::Tensor idle = at::randn({4}, at::kDouble), idle_before = idle.clone();
  std::vector<ReferenceAdamW> reference;
  for (const auto& p : parameters) {
    const std::vector<double> zeros(static_cast<std::size_t>(p.numel()));
    reference.push_back({values(p), zeros, zeros});
  }
  AdamW optimizer({parameters[0], idle, parameters[1]}, kDecay);
  int clipped = 0;
  for (int t = 1; t <= 20; ++t) {
    const double rate = 0.05 / t;
    double square = 0;
    for (const auto& p : parameters) {
      at::Tensor(p).mutable_grad() = at::randn_like(p) * (0.2 + 0.1 * t);
      for (const double g : values(p.grad())) square += g * g;
    }
    const double norm = std::sqrt(square);
    clipped += norm > kClip;
    for (std::size_t i = 0; i < 2; ++i) {
      reference[i].step(values(parameters[i].grad()), t, rate, kDecay, kClip, norm);
    }
    EXPECT_NEAR(optimizer.step(rate, kClip), norm, 1e-12);
  }
  EXPECT_TRUE(clipped > 2 && clipped < 18)
      << clipped << " of 20 steps clipped: the test shows one side only";
  for (std::size_t i = 0; i < 2; ++i) {
    const auto result = values(parameters[i]);
    for (std::size_t k = 0; k < result.size(); ++k)
      EXPECT_NEAR(result[k], reference[i].value[k], 1e-12);
  }
  EXPECT_TRUE(at::equal(idle, idle_before));
  EXPECT_EQ(optimizer.steps, 20);
  optimizer.zero_grad();
  EXPECT_FALSE(parameters[0].grad().defined());
}

}  // namespace
}  // namespace liteheart
