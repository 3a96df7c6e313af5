#include "deploy/condition_recording.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "edge/condition.h"
#include "scratch.h"

namespace liteheart {
namespace {

/// Beats of lead I, 75 a minute, with P and T waves, and a slow drift.
Recording beats(double seconds, double rate_hz) {
  Recording r;
  r.name = "beats";
  r.format = "test";
  r.rate_hz = rate_hz;
  r.samples = static_cast<std::size_t>(seconds * rate_hz);
  r.leads = {"I"};
  const auto wave = [](double t, double at, double width, double mv) {
    return mv * std::exp(-0.5 * (t - at) * (t - at) / (width * width));
  };
  for (std::size_t i = 0; i < r.samples; ++i) {
    const double t = static_cast<double>(i) / rate_hz, beat = std::fmod(t, 0.8);
    r.mv.push_back(static_cast<float>(wave(beat, 0.2, 0.02, 0.12) + wave(beat, 0.36, 0.012, 1) -
                                      wave(beat, 0.39, 0.012, 0.2) + wave(beat, 0.6, 0.04, 0.25) +
                                      0.05 * std::sin(0.3 * t) + 0.004 * std::sin(77 * t)));
  }
  return r;
}

ModelCard lead_i() {
  ModelCard card;
  card.leads = {0};
  card.conditioning = edge::compact_100();
  return card;
}

ConditionedRecording conditioned(const Recording& recording, const std::string& lead = "") {
  WholeRecording stream(recording);
  return condition_recording(stream, lead_i(), lead);
}

/// The windows as one pass over the whole recording makes them.
std::vector<float> at_once(const Recording& r) {
  const edge::Conditioning c = edge::compact_100();
  const std::size_t samples = edge::filtered_samples(c, r.rate_hz, r.samples),
                    window = static_cast<std::size_t>(c.window);
  std::vector<float> filtered(samples), scratch(edge::filter_scratch(c, r.rate_hz, r.samples, 1));
  EXPECT_EQ(edge::filter_recording(c, r.rate_hz, r.mv.data(), r.samples, 1, filtered.data(),
                                   samples, scratch.data(), scratch.size()),
            edge::Status::kOk);
  std::vector<float> windows(edge::window_count(c, samples) * window);
  for (std::size_t w = 0; w < windows.size() / window; ++w)
    edge::cut_window(c, filtered.data(), samples, 1, edge::window_start(c, samples, w),
                     windows.data() + w * window);
  return windows;
}

// 513.625 Hz: parts begin only each 8 s, where the two rates meet.
TEST(ConditionRecording, a_long_recording_in_parts_is_that_of_one_pass) {
  for (const double rate_hz : {100.0, 250.0, 513.625}) {
    const Recording recording = beats(2500, rate_hz);
    const ConditionedRecording parts = conditioned(recording);
    const std::vector<float> whole = at_once(recording);
    EXPECT_EQ(parts.about.windows_read, parts.about.windows);
    ASSERT_EQ(parts.windows.size(), whole.size()) << rate_hz;
    float worst = 0;
    for (std::size_t i = 0; i < whole.size(); ++i)
      worst = std::max(worst, std::abs(parts.windows[i] - whole[i]));
    EXPECT_LT(worst, 2e-6F) << rate_hz;
  }
}

TEST(ConditionRecording, what_is_unreadable_is_left_out_and_the_rest_is_read) {
  Recording recording = beats(120, 250);
  for (std::size_t i = 15000; i < recording.samples; ++i) recording.mv[i] = 0.5F;
  const ConditionedRecording half = conditioned(recording);
  EXPECT_EQ(half.about.grade, edge::Grade::kLimited);
  EXPECT_GT(half.about.windows, 10);
  EXPECT_NEAR(half.about.windows_read, 0.5 * half.about.windows, 1);
  EXPECT_EQ(half.starts.size(), static_cast<std::size_t>(half.about.windows_read));
  EXPECT_EQ(half.hidden.size(), half.starts.size());

  for (float& mv : recording.mv) mv = std::numeric_limits<float>::quiet_NaN();
  const ConditionedRecording none = conditioned(recording);
  EXPECT_EQ(none.about.grade, edge::Grade::kUnreadable);
  EXPECT_TRUE(none.windows.empty());
}

TEST(ConditionRecording, the_wrong_lead_or_too_little_of_it_is_an_error) {
  Recording recording = beats(10, 250);
  recording.leads = {"V1"};
  EXPECT_NE(test::error_of([&] { conditioned(recording); }).find("holds lead V1"),
            std::string::npos);
  recording.leads = {"ECG"};
  EXPECT_FALSE(conditioned(recording).about.warnings.empty());
  EXPECT_TRUE(conditioned(recording, "I").about.warnings.empty());
  recording.leads = {"V1"};
  ASSERT_EQ(conditioned(recording, "I").about.warnings.size(), 1u);
  EXPECT_EQ(conditioned(recording, "I").about.warnings[0],
            "the lead is called 'V1': taken as lead I");
  recording.leads = {"MLII"};
  EXPECT_NE(test::error_of([&] { conditioned(recording); }).find("holds lead MLII"),
            std::string::npos);
  Recording two = beats(10, 250);
  two.leads = {"I", "II"};
  two.mv.insert(two.mv.end(), two.mv.begin(), two.mv.end());
  EXPECT_TRUE(conditioned(two, "I").about.warnings.empty());
  EXPECT_NE(test::error_of([&] { conditioned(two, "II"); }).find("reads lead I, not II"),
            std::string::npos);
  EXPECT_NE(test::error_of([&] { conditioned(beats(1.5, 250)); }).find("too short"),
            std::string::npos);
}

TEST(ConditionRecording, of_a_modified_lead_heights_are_not_judged) {
  constexpr std::uint32_t kHeights = edge::kStT | edge::kVoltage | edge::kAxis;
  Recording recording = beats(10, 250);
  EXPECT_EQ(conditioned(recording).hidden.at(0) & kHeights, 0u);
  recording.leads = {"ML1"};
  const std::string note = "the lead is called 'ML1': taken as lead I";
  EXPECT_EQ(conditioned(recording).about.warnings.at(0),
            note + ", but for ST, T, voltages and the axis");
  EXPECT_EQ(conditioned(recording).hidden.at(0), kHeights);
  EXPECT_EQ(conditioned(recording, "I").about.warnings.at(0), note);
  EXPECT_EQ(conditioned(recording, "I").hidden.at(0), 0u);

  Recording two = recording;
  two.leads = {"V5", "ML1"};
  two.mv.insert(two.mv.begin(), two.mv.size(), std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(conditioned(two).hidden.at(0), kHeights);
  two.leads = {"ML1", "I"};
  EXPECT_EQ(conditioned(two).hidden.at(0), 0u) << "lead I itself";
}

TEST(ConditionRecording, a_rate_too_low_for_an_ecg_is_an_error_however_long_the_recording) {
  for (const double seconds : {20.0, 4000.0}) {
    const std::string error = test::error_of([&] { conditioned(beats(seconds, 0.5)); });
    EXPECT_NE(error.find("0.5 samples a second"), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace liteheart
