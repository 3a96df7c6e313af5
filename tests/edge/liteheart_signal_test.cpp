// The part of liteheart.h that needs no model.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "edge/liteheart.h"
#include "edge/quality.h"
#include "edge/synthetic_ecg.h"

namespace {

using namespace liteheart;

/// In memory of exactly the stated size, at an odd address.
class Signal {
 public:
  explicit Signal(double rate_hz, unsigned lead = LH_LEAD_I) : memory_(lh_signal_memory() + 1) {
    EXPECT_EQ(lh_signal_start(&signal_, lead, rate_hz, memory_.data() + 1, lh_signal_memory()),
              LH_OK);
  }
  lh_signal* get() { return signal_; }

  std::vector<lh_beat> run(const std::vector<float>& mv, std::size_t chunk) {
    std::vector<lh_beat> beats;
    lh_beat beat;
    for (std::size_t at = 0; at < mv.size(); at += chunk) {
      const std::size_t end = std::min(at + chunk, mv.size());
      // Exactly so many samples, so that a sanitizer sees what is read beyond them.
      const std::vector<float> exact(mv.begin() + static_cast<std::ptrdiff_t>(at),
                                     mv.begin() + static_cast<std::ptrdiff_t>(end));
      std::size_t done = 0, taken = 0;
      while (lh_signal_push(signal_, exact.data() + done, exact.size() - done, &taken, &beat) ==
             LH_RESULT) {
        beats.push_back(beat);
        done += taken;
      }
      EXPECT_EQ(done + taken, exact.size());
    }
    while (lh_signal_finish(signal_, &beat) == LH_RESULT) beats.push_back(beat);
    return beats;
  }

 private:
  std::vector<unsigned char> memory_;
  lh_signal* signal_ = nullptr;
};

std::vector<float> noisy() {
  std::vector<float> mv = test::synthetic_ecg(360, 40, test::steady_beats(40, 0.83));
  test::Noise noise;
  for (float& x : mv) x += 0.1F * noise.next();
  mv[3000] = NAN, mv[3001] = INFINITY;
  return mv;
}

TEST(LiteheartSignal, GivesEveryBeatOnceHoweverSamplesCome) {
  const std::vector<float> mv = noisy();
  Signal one(360);
  const std::vector<lh_beat> expected = one.run(mv, 1);
  EXPECT_EQ(expected.size(), test::steady_beats(40, 0.83).size());
  const lh_quality quality = lh_signal_quality(one.get(), 0),
                   recent = lh_signal_quality(one.get(), 1);
  for (const std::size_t chunk : {2, 7, 359, 5000, 100000}) {
    Signal other(360);
    const std::vector<lh_beat> beats = other.run(mv, chunk);
    ASSERT_EQ(beats.size(), expected.size()) << chunk;
    for (std::size_t i = 0; i < beats.size(); ++i) {
      EXPECT_EQ(beats[i].sample, expected[i].sample);
      EXPECT_EQ(beats[i].rr_s, expected[i].rr_s);
      EXPECT_EQ(beats[i].qrs_mv, expected[i].qrs_mv);
    }
    const lh_quality q = lh_signal_quality(other.get(), 0), r = lh_signal_quality(other.get(), 1);
    EXPECT_EQ(std::memcmp(&q, &quality, sizeof q), 0);
    EXPECT_EQ(std::memcmp(&r, &recent, sizeof r), 0);
  }
}

TEST(LiteheartSignal, SaysWhatTheLibrarySays) {
  const std::vector<float> mv = noisy();
  Signal signal(360);
  const auto beats = signal.run(mv, 100);
  edge::SignalQuality expected(360, true);
  for (const float x : mv) expected.push(x);
  expected.finish();
  const lh_quality q = lh_signal_quality(signal.get(), 0);
  EXPECT_EQ(q.grade, static_cast<int>(expected.quality().grade));
  EXPECT_EQ(q.faults, expected.quality().faults);
  EXPECT_EQ(q.not_judged, expected.quality().not_judged);
  EXPECT_EQ(q.beats, static_cast<std::int64_t>(beats.size()));
  const lh_rr rr = lh_signal_rr(signal.get());
  EXPECT_EQ(rr.intervals, q.beats - 1);
  EXPECT_NEAR(rr.rate_bpm, 60 / 0.83, 0.1);
  EXPECT_NEAR(rr.median_s, 0.83, 0.01);
}

TEST(LiteheartSignal, LooksForInvertedWavesInTheLeadsThatAreUpright) {
  std::vector<float> mv = test::synthetic_ecg(250, 20, test::steady_beats(20, 0.8));
  for (float& x : mv) x = -x;
  for (const unsigned lead : {0U, 1U << 0, 1U << 3, 1U << 6, 1U << 11}) {
    Signal signal(250, lead);
    signal.run(mv, 50);
    const bool named = (lh_signal_quality(signal.get(), 0).faults & LH_FAULT_INVERTED) != 0;
    EXPECT_EQ(named, lead == LH_LEAD_I || lead == LH_LEAD_V6) << lead;
  }
}

TEST(LiteheartSignal, RefusesWhatItCannotTake) {
  std::vector<unsigned char> memory(lh_signal_memory());
  lh_signal* signal = nullptr;
  const auto start = [&](unsigned lead, double rate_hz, std::size_t bytes) {
    return lh_signal_start(&signal, lead, rate_hz, memory.data(), bytes);
  };
  EXPECT_EQ(start(LH_LEAD_I, 20, memory.size()), LH_BAD_RATE);
  EXPECT_EQ(start(LH_LEAD_I, NAN, memory.size()), LH_BAD_RATE);
  EXPECT_EQ(start(LH_LEAD_I | LH_LEAD_II, 500, memory.size()), LH_WRONG_LEAD);
  EXPECT_EQ(start(1U << 12, 500, memory.size()), LH_WRONG_LEAD);
  EXPECT_EQ(start(LH_LEAD_I, 500, memory.size() - 1), LH_MEMORY_TOO_SMALL);
  EXPECT_EQ(lh_signal_start(nullptr, LH_LEAD_I, 500, memory.data(), memory.size()),
            LH_BAD_ARGUMENT);
  EXPECT_EQ(lh_signal_start(&signal, LH_LEAD_I, 500, nullptr, memory.size()), LH_BAD_ARGUMENT);
  EXPECT_EQ(signal, nullptr);
  ASSERT_EQ(start(LH_LEAD_I, 500, memory.size()), LH_OK);
  std::size_t taken = 9;
  lh_beat beat;
  EXPECT_EQ(lh_signal_push(signal, nullptr, 3, &taken, &beat), LH_BAD_ARGUMENT);
  EXPECT_EQ(lh_signal_push(signal, nullptr, 0, &taken, &beat), LH_OK);
  EXPECT_EQ(lh_signal_finish(signal, nullptr), LH_BAD_ARGUMENT);
}

TEST(LiteheartSignal, IgnoresSamplesAfterTheEnd) {
  Signal signal(250);
  const std::vector<float> mv = test::synthetic_ecg(250, 20, test::steady_beats(20, 0.8));
  const std::size_t beats = signal.run(mv, 100).size();
  EXPECT_TRUE(signal.run(mv, 100).empty());
  EXPECT_EQ(lh_signal_quality(signal.get(), 0).beats, static_cast<std::int64_t>(beats));
}

TEST(LiteheartSignal, NamesItsFaults) {
  EXPECT_STREQ(lh_fault_text(LH_FAULT_MUSCLE), "muscle noise");
  EXPECT_STREQ(lh_fault_text(LH_FAULT_INVERTED), "inverted");
  EXPECT_STREQ(lh_fault_text(0), "unknown fault");
  EXPECT_STREQ(lh_fault_text(1U << 31), "unknown fault");
}

TEST(LiteheartSignal, FitsASmallDevice) { EXPECT_LE(lh_signal_memory(), 12U * 1024); }

}  // namespace
