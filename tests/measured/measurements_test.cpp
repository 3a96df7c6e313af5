// Measurements on ECGs that are drawn with known waves and intervals.
#include "measured/measurements.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "ecg/leads.h"
#include "eval/drawn_ecg.h"
#include "measured/twelve_leads.h"

namespace liteheart {
namespace {

using test::DrawnEcg;

// Places in the list.
constexpr std::size_t kQrsMs = 0, kQtMs = 1, kAxisCos = 3, kAxisSin = 4, kLeadsFrom = 5,
                      kPerLead = 12, kPPeakMs = 149, kPrMs = 150, kPHeights = 157, kLogRr = 169,
                      kShortest = 171, kLongest = 172, kRate = 177, kUnlike = 183, kLeastLike = 184,
                      kEarliestAlike = 186, kPauseAlike = 187;
enum OfLead { kHighest, kLowest, kSt, kT, kQ, kQMs, kR, kRMs, kS, kSMs, kRPrime, kRPrimeMs };

std::size_t place(std::size_t lead, OfLead what) { return kLeadsFrom + kPerLead * lead + what; }

std::vector<float> measure(const DrawnEcg& ecg) { return measure_window(ecg.leads(), ecg.rate_hz); }

TEST(Measurements, ThatAreDrawnAreFound) {
  const auto m = measure({});
  ASSERT_EQ(m.size(), kMeasurements);
  const double deg = 40 * std::numbers::pi / 180;
  EXPECT_NEAR(m[kQrsMs], 100, 20);
  EXPECT_NEAR(m[kQtMs], 400, 40);
  EXPECT_NEAR(m[kAxisCos], std::cos(deg), 0.05);
  EXPECT_NEAR(m[kAxisSin], std::sin(deg), 0.05);
  EXPECT_NEAR(m[kPPeakMs], 115, 14);  // a raised cosine of 90 ms, 160 ms before QRS
  EXPECT_NEAR(m[kPrMs], 150, 15);
  EXPECT_NEAR(m[kPHeights + 1], 0.1, 0.03);
  EXPECT_NEAR(m[kPHeights + 3], -0.08, 0.03);
  EXPECT_NEAR(m[kRate], 60 / 0.9, 0.5);
  EXPECT_NEAR(m[kLogRr], std::log(0.9), 0.01);
  EXPECT_NEAR(m[kShortest], 1, 0.02);
  EXPECT_NEAR(m[kLongest], 1, 0.02);
  EXPECT_EQ(m[kUnlike], 0);
  EXPECT_LT(m[kEarliestAlike], 0.02);
}

TEST(Measurements, OfQrsAreNamedByTheirOrder) {
  const auto m = measure({});
  EXPECT_NEAR(m[place(0, kR)], std::cos(40 * std::numbers::pi / 180), 0.05);
  EXPECT_NEAR(m[place(0, kHighest)], m[place(0, kR)], 0.01);
  EXPECT_GT(m[place(0, kRMs)], 60);
  for (const OfLead none : {kQ, kS, kRPrime}) EXPECT_EQ(m[place(0, none)], 0) << none;
  // aVR has nothing but a negative wave: Q, as it would be called QS.
  EXPECT_LT(m[place(3, kQ)], -0.5);
  EXPECT_EQ(m[place(3, kR)], 0);
  EXPECT_LT(m[place(3, kT)], -0.15);
}

TEST(Measurements, TellASecondRiseInV1FromTheFirst) {
  DrawnEcg ecg;
  auto leads = ecg.leads();
  const std::size_t samples = ecg.samples();
  // rSR': small up, down, and up again within QRS, which begins 250 ms into each beat.
  for (std::size_t i = 0; i < samples; ++i) {
    const double t = std::fmod(static_cast<double>(i) / ecg.rate_hz, ecg.rr_s) - 0.25;
    const bool inside = t >= 0 && t <= 0.12;
    const double phase = t / 0.04;
    leads[6 * samples + i] =
        static_cast<float>(!inside ? 0
                                   : std::sin(std::numbers::pi * phase) * (phase < 1   ? 0.3
                                                                           : phase < 2 ? 0.6
                                                                                       : 0.8));
  }
  const auto m = measure_window(leads, ecg.rate_hz);
  EXPECT_GT(m[place(6, kR)], 0.1);
  EXPECT_LT(m[place(6, kS)], -0.3);
  EXPECT_GT(m[place(6, kRPrime)], 0.4);
  EXPECT_GT(m[place(6, kRPrimeMs)], 15);
}

TEST(Measurements, OfPrFollowP) {
  const auto pr_of = [](double later_s) {
    // P alone is what is drawn earlier: take the beat apart at its PR segment.
    const DrawnEcg ecg;
    const std::size_t samples = ecg.samples();
    auto leads = ecg.leads();
    const auto early = leads;
    const auto shift = static_cast<std::size_t>(std::lround(later_s * ecg.rate_hz));
    for (std::size_t lead = 0; lead < kLeads; ++lead) {
      for (std::size_t i = 0; i + shift < samples; ++i) {
        const double t = std::fmod(static_cast<double>(i + shift) / ecg.rate_hz, ecg.rr_s);
        const double here = std::fmod(static_cast<double>(i) / ecg.rate_hz, ecg.rr_s);
        if (t > 0.08 && t < 0.19)
          leads[lead * samples + i] = early[lead * samples + i + shift];
        else if (here > 0.08 && here < 0.19)
          leads[lead * samples + i] = 0;
      }
    }
    return measure_window(leads, ecg.rate_hz)[kPrMs];
  };
  EXPECT_NEAR(pr_of(0.06) - pr_of(0), 60, 15);
}

TEST(Measurements, FindABeatThatComesEarly) {
  const DrawnEcg ecg;
  const std::size_t samples = ecg.samples();
  const auto leads = ecg.leads();
  auto early = leads;  // the sixth beat 200 ms sooner: its 50 ms before P to the end of T
  const auto at = [&](double s) { return static_cast<std::size_t>(std::lround(s * ecg.rate_hz)); };
  const std::size_t from = at(5 * ecg.rr_s + 0.04), to = at(5 * ecg.rr_s + 0.7), shift = at(0.2);
  for (std::size_t lead = 0; lead < kLeads; ++lead) {
    std::fill(early.begin() + static_cast<std::ptrdiff_t>(lead * samples + from - shift),
              early.begin() + static_cast<std::ptrdiff_t>(lead * samples + to), 0.0F);
    std::copy(leads.begin() + static_cast<std::ptrdiff_t>(lead * samples + from),
              leads.begin() + static_cast<std::ptrdiff_t>(lead * samples + to),
              early.begin() + static_cast<std::ptrdiff_t>(lead * samples + from - shift));
  }
  const auto m = measure_window(early, ecg.rate_hz);
  EXPECT_NEAR(m[kEarliestAlike], 0.2 / 0.9, 0.03);
  EXPECT_GT(m[kPauseAlike], 0.04);
  EXPECT_NEAR(m[kLongest] - m[kShortest], 0.4 / 0.9, 0.03);
}

TEST(Measurements, CountABeatThatIsTheOppositeOfTheOthersAsUnlike) {
  const DrawnEcg ecg;
  auto leads = ecg.leads();
  const std::size_t samples = ecg.samples();
  const auto from = static_cast<std::size_t>(std::lround((5 * ecg.rr_s + 0.2) * ecg.rate_hz));
  const auto to = static_cast<std::size_t>(std::lround((5 * ecg.rr_s + 0.4) * ecg.rate_hz));
  for (std::size_t lead = 0; lead < kLeads; ++lead)
    for (std::size_t i = from; i < to; ++i) leads[lead * samples + i] *= -1;
  const auto m = measure_window(leads, ecg.rate_hz);
  EXPECT_GT(m[kUnlike], 0.05);
  EXPECT_LT(m[kLeastLike], -0.5);  // where it is shifted to be least opposite
}

TEST(Measurements, DoNotTakeTheQrsBeforeForP) {
  DrawnEcg ecg;
  ecg.rr_s = 0.35;  // P begins as T ends, 60 ms before QRS; QRS itself is 250 to 350 ms earlier
  const auto m = measure(ecg);
  ASSERT_FALSE(std::isnan(m[kQrsMs]));
  EXPECT_TRUE(std::isnan(m[kPPeakMs]) || m[kPPeakMs] < 220) << m[kPPeakMs];
}

TEST(Measurements, AreNotOfPadding) {
  const DrawnEcg ecg;
  const auto leads = ecg.leads();
  const std::size_t samples = ecg.samples(), longer = samples + 240;
  std::vector<float> padded(kLeads * longer);
  for (std::size_t lead = 0; lead < kLeads; ++lead)
    std::copy_n(leads.begin() + static_cast<std::ptrdiff_t>(lead * samples), samples,
                padded.begin() + static_cast<std::ptrdiff_t>(lead * longer));
  const auto plain = measure_window(leads, ecg.rate_hz), same = measure_window(padded, ecg.rate_hz);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (std::isnan(plain[i])) {
      EXPECT_TRUE(std::isnan(same[i])) << i;
    } else {
      EXPECT_EQ(plain[i], same[i]) << i;
    }
  }
}

TEST(Measurements, AreUnknownWithoutAHeart) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> noise(kLeads * 1000), flat(kLeads * 1000), infinite(kLeads * 1000);
  std::ranges::generate(noise, [&] { return normal(random); });
  infinite[77] = std::numeric_limits<float>::infinity();
  for (const auto& leads :
       {noise, flat, infinite, std::vector<float>(kLeads * 3), std::vector<float>()}) {
    const auto m = measure_window(leads, 100);
    ASSERT_EQ(m.size(), kMeasurements);
    EXPECT_TRUE(std::ranges::all_of(m, [](float v) { return std::isnan(v) || std::isfinite(v); }));
  }
  EXPECT_TRUE(
      std::ranges::all_of(measure_window(flat, 100), [](float v) { return std::isnan(v); }));
}

}  // namespace
}  // namespace liteheart
