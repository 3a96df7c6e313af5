#include "nn/restoration.h"

#include <gtest/gtest.h>

#include "ecg/leads.h"
#include "nn/worn.h"

namespace liteheart {
namespace {

enum Lead : std::int64_t { kI, kII, kIII, kaVR, kaVL, kaVF, kV1, kV2 };

Restoration worn_restoration(std::vector<int> measured, bool derive) {
  torch::manual_seed(11);
  RestorationShape shape = restoration_preset("tiny");
  shape.width = 8;
  shape.measured = std::move(measured);
  shape.derive_limb_leads = derive;
  Restoration net(shape);
  test::wear(*net);
  return net;
}

/// Largest violation of Einthoven's and Goldberger's equations in [batch, 12, time].
double limb_lead_violation(const torch::Tensor& y) {
  const auto lead = [&](Lead l) { return y.select(1, l); };
  const torch::Tensor violations[] = {
      lead(kIII) - (lead(kII) - lead(kI)),
      lead(kaVR) + (lead(kI) + lead(kII)) / 2,
      lead(kaVL) - (lead(kI) - lead(kII) / 2),
      lead(kaVF) - (lead(kII) - lead(kI) / 2),
  };
  double worst = 0;
  for (const auto& v : violations) worst = std::max(worst, v.abs().max().item<double>());
  return worst;
}

TEST(Restoration, presets_have_the_parameters_of_the_design_within_3_percent) {
  const struct {
    const char* name;
    double parameters;
  } sizes[] = {{"tiny", 0.36e6}, {"small", 1.43e6}, {"base", 5.71e6}};
  for (const auto& size : sizes) {
    for (const bool derive : {true, false}) {
      RestorationShape shape = restoration_preset(size.name);
      shape.derive_limb_leads = derive;
      double count = 0;
      for (const auto& p : Restoration(shape)->parameters())
        count += static_cast<double>(p.numel());
      EXPECT_NEAR(count, size.parameters, 0.03 * size.parameters) << size.name;
    }
  }
}

TEST(Restoration, measured_leads_pass_through_bit_for_bit) {
  torch::NoGradGuard no_grad;
  const std::vector<int> sets[] = {{0}, {1}, {2}, {6}, {0, 1}, {0, 6, 11}};
  for (const auto& measured : sets) {
    for (const bool derive : {true, false}) {
      Restoration net = worn_restoration(measured, derive);
      const torch::Tensor x = torch::randn({2, static_cast<std::int64_t>(measured.size()), 256});
      const torch::Tensor y = net->forward(x);
      ASSERT_EQ(y.sizes(), (std::vector<std::int64_t>{2, kLeads, 256}));
      for (std::size_t m = 0; m < measured.size(); ++m) {
        EXPECT_TRUE(
            torch::equal(y.select(1, measured[m]), x.select(1, static_cast<std::int64_t>(m))))
            << "lead " << kLeadNames[static_cast<std::size_t>(measured[m])];
      }
    }
  }
}

TEST(Restoration, derived_limb_leads_follow_from_leads_one_and_two_as_they_are_given_out) {
  torch::NoGradGuard no_grad;
  const std::vector<int> sets[] = {{0}, {1}, {6}, {0, 1}, {0, 6}};
  for (const auto& measured : sets) {
    Restoration net = worn_restoration(measured, true);
    const torch::Tensor y =
        net->forward(torch::randn({2, static_cast<std::int64_t>(measured.size()), 256}));
    EXPECT_LT(limb_lead_violation(y), 1e-6) << measured.size() << " leads from " << measured[0];
  }
}

TEST(Restoration, without_derivation_the_limb_leads_are_predicted_each) {
  torch::NoGradGuard no_grad;
  const torch::Tensor y = worn_restoration({0}, false)->forward(torch::randn({2, 1, 256}));
  EXPECT_GT(limb_lead_violation(y), 1e-2);
}

// Where steps of the coarse grids, phases of the head or skips were out of order, this breaks.
TEST(Restoration, a_shifted_recording_gives_the_shifted_restoration) {
  torch::NoGradGuard no_grad;
  constexpr std::int64_t kShift = 64, kTime = 4096, kReach = 1400;
  Restoration net = worn_restoration({0}, true);
  const torch::Tensor x = torch::randn({1, 1, kTime + kShift});
  const torch::Tensor early = net->forward(x.slice(2, 0, kTime));
  const torch::Tensor late = net->forward(x.slice(2, kShift, kTime + kShift));
  const torch::Tensor a = early.slice(2, kReach + kShift, kTime - kReach);
  const torch::Tensor b = late.slice(2, kReach, kTime - kReach - kShift);
  EXPECT_LT((a - b).abs().max().item<double>(), 1e-4);
  EXPECT_GT(a.std().item<double>(), 1e-2);
}

TEST(Restoration, every_predicted_sample_depends_on_the_measured_lead_around_it) {
  Restoration net = worn_restoration({0}, false);
  for (const std::int64_t at : {0, 1, 2, 3, 255, 511}) {
    const torch::Tensor x = torch::randn({1, 1, 512}).requires_grad_(true);
    net->forward(x).select(1, kV2).select(1, at).sum().backward();
    EXPECT_GT(x.grad().flatten()[at].abs().item<double>(), 0) << at;
  }
}

}  // namespace
}  // namespace liteheart
