// Measurements of some of the leads, however they lie, in memory that the caller brings.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include "ecg/leads.h"
#include "eval/drawn_ecg.h"
#include "measured/twelve_leads.h"

namespace liteheart {
namespace {

using edge::GivenLeads, test::DrawnEcg;
using Which = std::vector<std::uint8_t>;

const Which kSubsets[] = {
    {0}, {7}, {0, 5}, {6, 7, 8, 9, 10, 11}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}};
constexpr std::size_t kAxisCos = 3, kAxisSin = 4;

/// Equal, or both unknown.
void expect_same(const std::vector<float>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_TRUE(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])))
        << i << ": " << a[i] << ", " << b[i];
}

bool all_unknown(const std::vector<float>& m) {
  return std::ranges::all_of(m, [](float v) { return std::isnan(v); });
}

/// The lead that number i of the list belongs to; nullopt: to none.
std::optional<std::size_t> lead_of(std::size_t i) {
  if (i >= 5 && i < 149) return (i - 5) / 12;
  if (i >= 157 && i < 169) return i - 157;
  return std::nullopt;
}

bool contains(const Which& which, std::size_t lead) {
  return std::ranges::find(which, lead) != which.end();
}

/// With noise, and one beat that is unlike the others.
std::vector<float> drawn(const DrawnEcg& ecg) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0, 0.01F);
  auto leads = ecg.leads();
  for (float& v : leads) v += normal(random);
  const auto from = static_cast<std::size_t>(std::lround((5 * ecg.rr_s + 0.2) * ecg.rate_hz));
  const auto to = static_cast<std::size_t>(std::lround((5 * ecg.rr_s + 0.4) * ecg.rate_hz));
  for (std::size_t lead = 0; lead < kLeads; ++lead)
    for (std::size_t i = from; i < to; ++i) leads[lead * ecg.samples() + i] *= -1;
  return leads;
}

std::vector<float> some_of(const std::vector<float>& leads, const Which& which) {
  const std::size_t samples = leads.size() / kLeads;
  std::vector<float> out;
  for (const std::size_t lead : which)
    out.insert(out.end(), leads.begin() + static_cast<std::ptrdiff_t>(lead * samples),
               leads.begin() + static_cast<std::ptrdiff_t>((lead + 1) * samples));
  return out;
}

/// Measures in memory of exactly the size that is asked for, and expects what lies around it, and
/// around the list, to stay as it is.
std::vector<float> measure_guarded(GivenLeads leads, double rate_hz) {
  constexpr std::size_t kGuard = 64;
  constexpr unsigned char kMark = 0xA5;
  constexpr float kMarkMv = 12345;
  const std::size_t bytes = edge::measure_memory(leads.count, leads.samples, rate_hz);
  std::vector<std::uint64_t> memory((bytes + 2 * kGuard) / 8 + 1);
  auto* const begin = reinterpret_cast<unsigned char*>(memory.data());
  std::fill_n(begin, memory.size() * 8, kMark);
  std::vector<float> list(kMeasurements + 2, kMarkMv);
  edge::measure_window(leads, rate_hz, begin + kGuard, list.data() + 1);
  const auto untouched = [&](const unsigned char* from, const unsigned char* to) {
    return std::all_of(from, to, [](unsigned char c) { return c == kMark; });
  };
  EXPECT_TRUE(untouched(begin, begin + kGuard));
  EXPECT_TRUE(untouched(begin + kGuard + bytes, begin + memory.size() * 8));
  EXPECT_EQ(list.front(), kMarkMv);
  EXPECT_EQ(list.back(), kMarkMv);
  return {list.begin() + 1, list.end() - 1};
}

TEST(GivenLeads, AreMeasuredAsIfTheOthersWereZero) {
  const DrawnEcg ecg;
  const auto leads = drawn(ecg);
  const std::size_t samples = ecg.samples();
  for (const Which& which : kSubsets) {
    auto zeroed = leads;
    for (std::size_t lead = 0; lead < kLeads; ++lead)
      if (!contains(which, lead))
        std::fill_n(zeroed.begin() + static_cast<std::ptrdiff_t>(lead * samples), samples, 0.0F);
    const auto given = measure_window(some_of(leads, which), which, ecg.rate_hz);
    auto expected = measure_window(zeroed, ecg.rate_hz);
    ASSERT_FALSE(std::isnan(given[0]));
    for (std::size_t i = 0; i < kMeasurements; ++i)
      if (const auto lead = lead_of(i); lead && !contains(which, *lead))
        expected[i] = std::numeric_limits<float>::quiet_NaN();
    expect_same(given, expected);
  }
}

TEST(GivenLeads, HaveAnAxisWhereIAndAvfAreAmongThem) {
  const DrawnEcg ecg;
  const auto leads = ecg.leads();
  const auto all = measure_window(leads, ecg.rate_hz);
  for (const Which& which : kSubsets) {
    const auto m = measure_window(some_of(leads, which), which, ecg.rate_hz);
    if (contains(which, 0) && contains(which, 5)) {
      EXPECT_NEAR(m[kAxisCos], all[kAxisCos], 0.02);
      EXPECT_NEAR(m[kAxisSin], all[kAxisSin], 0.02);
    } else {
      EXPECT_TRUE(std::isnan(m[kAxisCos]) && std::isnan(m[kAxisSin]));
    }
  }
}

TEST(GivenLeads, AreMeasuredAlikeOneAfterAnotherAndInterleaved) {
  const DrawnEcg ecg{.seconds = 8};
  const auto leads = drawn(ecg);
  for (const Which& which : kSubsets) {
    const auto apart = some_of(leads, which);
    const std::size_t count = which.size(), samples = ecg.samples(), step = count + 3;
    std::vector<float> interleaved(samples * step, 1e9F);
    for (std::size_t lead = 0; lead < count; ++lead)
      for (std::size_t i = 0; i < samples; ++i)
        interleaved[i * step + lead] = apart[lead * samples + i];
    expect_same(
        measure_guarded({interleaved.data(), which.data(), count, samples, 1, step}, ecg.rate_hz),
        measure_window(apart, which, ecg.rate_hz));
  }
}

TEST(GivenLeads, EndWhereAllOfThemAreZeroFromThereOn) {
  const DrawnEcg ecg;
  const auto leads = drawn(ecg);
  const Which which{0, 7};
  const std::size_t samples = ecg.samples(), longer = samples + 200;
  const auto apart = some_of(leads, which);
  std::vector<float> padded(2 * longer);
  for (std::size_t lead = 0; lead < 2; ++lead)
    std::copy_n(apart.begin() + static_cast<std::ptrdiff_t>(lead * samples), samples,
                padded.begin() + static_cast<std::ptrdiff_t>(lead * longer));
  expect_same(measure_window(padded, which, ecg.rate_hz),
              measure_window(apart, which, ecg.rate_hz));
}

TEST(GivenLeads, OfWhichThereAreNoneOrThatAreOutOfOrderAreUnknown) {
  const DrawnEcg ecg;
  const auto leads = ecg.leads();
  for (const Which& which : {Which{}, Which{12}, Which{255}, Which{5, 0}, Which{3, 3}}) {
    const std::size_t samples = ecg.samples();
    const auto m = measure_guarded({leads.data(), which.data(), which.size(), samples, samples, 1},
                                   ecg.rate_hz);
    EXPECT_TRUE(all_unknown(m)) << which.size();
  }
  const Which two{0, 1};
  EXPECT_TRUE(all_unknown(measure_window(std::span(leads).first(ecg.samples() * 2 - 1), two, 100)));
}

TEST(GivenLeads, StayWithinTheirMemoryWhateverTheyAre) {
  std::mt19937 random(11);
  const auto uniform = [&](double low, double high) {
    return std::uniform_real_distribution<>(low, high)(random);
  };
  const float huge[] = {std::numeric_limits<float>::quiet_NaN(),
                        -std::numeric_limits<float>::infinity(), 3e38F, 1e6F, -999'999};
  std::size_t known = 0;
  for (const double rate :
       {50.0, 51.3, 99.9, 100.0, 128.0, 166.7, 250.0, 360.0, 499.9, 500.0, 1000.0, 10'000.0}) {
    for (int trial = 0; trial < 40; ++trial) {
      const Which& which = kSubsets[trial % 3];
      const DrawnEcg ecg{.rate_hz = rate,
                         .seconds = trial < 5 ? 3 / rate : uniform(0.1, rate > 2000 ? 3 : 12),
                         .rr_s = uniform(0.25, 1.5),
                         .qt_s = 0.28};
      auto x = some_of(ecg.leads(), which);
      const double amplitude = std::pow(10, uniform(-8, 5));
      for (float& v : x) {
        if (trial % 5 == 1) v = static_cast<float>(uniform(-amplitude, amplitude));
        if (trial % 5 == 2) v *= static_cast<float>(amplitude);
        if (trial % 5 == 3) v += static_cast<float>(uniform(-0.2, 0.2));
      }
      if (trial % 10 == 4) x[random() % x.size()] = huge[random() % 5];
      const std::size_t samples = x.size() / which.size();
      const auto m =
          measure_guarded({x.data(), which.data(), which.size(), samples, samples, 1}, rate);
      EXPECT_TRUE(std::ranges::all_of(m, [](float v) { return std::isnan(v) || std::isfinite(v); }))
          << rate << ' ' << trial;
      known += !all_unknown(m);
    }
  }
  EXPECT_GT(known, 100U);
}

TEST(GivenLeads, ThatAreFlatOrShortAreUnknown) {
  const Which which{0};
  for (const float level : {0.0F, 1.0F, -3e5F}) {
    for (const std::size_t samples : {1U, 2U, 20U, 1024U}) {
      const std::vector<float> flat(samples, level);
      EXPECT_TRUE(all_unknown(measure_guarded({flat.data(), which.data(), 1, samples, 0, 1}, 100)))
          << level << ' ' << samples;
    }
  }
}

TEST(MeasureMemory, OfOneLeadIsWhatAMicrocontrollerHas) {
  EXPECT_LE(edge::measure_memory(1, 1024, 100), 64U * 1024);
  EXPECT_LE(edge::measure_memory(12, 1024, 100), 320U * 1024);
}

TEST(MeasureMemory, IsNoneWhereNothingCanBeMeasured) {
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  EXPECT_EQ(edge::measure_memory(0, 1024, 100), 0U);
  EXPECT_EQ(edge::measure_memory(13, 1024, 100), 0U);
  EXPECT_EQ(edge::measure_memory(1, 0, 100), 0U);
  for (const std::size_t samples : {kMost, kMost / 2, kMost / 16, kMost / 1024})
    EXPECT_EQ(edge::measure_memory(12, samples, 50), 0U);
  for (const double rate :
       {0.0, -100.0, 49.9, 10'001.0, 1e300, std::numeric_limits<double>::infinity(),
        std::numeric_limits<double>::quiet_NaN()})
    EXPECT_EQ(edge::measure_memory(1, 1024, rate), 0U) << rate;
}

}  // namespace
}  // namespace liteheart
