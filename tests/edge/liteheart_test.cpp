// The C interface: its answers against the parts it is made of, and everything it must refuse.
#include "edge/liteheart.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "edge/condition.h"
#include "edge/network.h"
#include "edge/small_model.h"
#include "edge/stream.h"

namespace liteheart::edge {
namespace {

/// A heart of sorts: spikes at 1.2 Hz over waves, in mV.
std::vector<float> beats(double rate_hz, double seconds, double offset_mv = 0) {
  std::vector<float> x(static_cast<std::size_t>(rate_hz * seconds));
  std::minstd_rand random(5);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double t = static_cast<double>(i) / rate_hz, phase = std::fmod(t * 1.2, 1.0) - 0.5;
    const double noise = static_cast<double>(random() % 1000) / 1000 - 0.5;
    x[i] = static_cast<float>(offset_mv + std::exp(-phase * phase * 3000) +
                              0.2 * std::sin(7.5 * t) + 0.05 * noise);
  }
  return x;
}

class Liteheart : public testing::Test {
 protected:
  Liteheart() : bytes(test::small_edge_model(256)), file(bytes.size() / sizeof(Line) + 1) {
    std::memcpy(file.data(), bytes.data(), bytes.size());
    EXPECT_EQ(lh_model_open(&model, file.data(), bytes.size()), LH_OK);
    findings.resize(lh_model_diagnoses(&model));
  }

  lh_status diagnose(const std::vector<float>& mv, double rate_hz, float* restored = nullptr,
                     unsigned leads = LH_LEAD_I) {
    std::vector<unsigned char> memory(lh_diagnose_memory(&model, rate_hz, mv.size()) + 1);
    // Not aligned to anything.
    return lh_diagnose(&model, leads, rate_hz, mv.data(), mv.size(), memory.data() + 1,
                       memory.size() - 1, findings.data(), restored);
  }

  struct alignas(64) Line {
    std::uint8_t bytes[64];
  };
  const std::vector<std::uint8_t> bytes;
  std::vector<Line> file;
  lh_model model;
  std::vector<lh_finding> findings;
};

TEST_F(Liteheart, tells_what_a_model_is) {
  EXPECT_EQ(lh_abi_version(), static_cast<std::uint32_t>(LH_ABI_VERSION));
  EXPECT_EQ(lh_model_leads(&model), static_cast<unsigned>(LH_LEAD_I));
  EXPECT_EQ(lh_model_rate(&model), 100);
  ASSERT_EQ(lh_model_diagnoses(&model), 2u);
  EXPECT_STREQ(lh_model_diagnosis(&model, 0).code, "164889003");
  EXPECT_TRUE(lh_model_diagnosis(&model, 0).judged);
  EXPECT_FALSE(lh_model_diagnosis(&model, 1).judged);
  EXPECT_EQ(lh_model_diagnosis(&model, 2).name, nullptr);
  EXPECT_TRUE(lh_model_restores(&model));
  EXPECT_EQ(lh_model_window(&model), 2.56);
  EXPECT_TRUE(lh_model_in_mv(&model));
  EXPECT_STREQ(lh_model_provenance(&model), "{}");
}

TEST_F(Liteheart, asks_nothing_of_a_model_that_is_not_open) {
  const lh_model zeros = {};
  for (const lh_model* none : {&zeros, static_cast<const lh_model*>(nullptr)}) {
    EXPECT_EQ(lh_model_leads(none), 0u);
    EXPECT_EQ(lh_model_rate(none), 0);
    EXPECT_EQ(lh_model_window(none), 0);
    EXPECT_EQ(lh_model_diagnoses(none), 0u);
    EXPECT_EQ(lh_model_diagnosis(none, 0).name, nullptr);
    EXPECT_FALSE(lh_model_restores(none) || lh_model_in_mv(none));
    EXPECT_STREQ(lh_model_provenance(none), "");
    EXPECT_EQ(lh_diagnose_memory(none, 500, 5000), 0u);
    EXPECT_EQ(lh_restored_samples(none, 500, 5000), 0u);
    EXPECT_EQ(lh_stream_memory(none, 500), 0u);
    char memory[8];
    lh_stream* stream = nullptr;
    const auto mv = beats(500, 3);
    EXPECT_EQ(lh_stream_start(&stream, none, LH_LEAD_I, 500, 0, 0, memory, sizeof memory),
              LH_BAD_ARGUMENT);
    EXPECT_EQ(lh_diagnose(none, LH_LEAD_I, 500, mv.data(), mv.size(), memory, sizeof memory,
                          findings.data(), nullptr),
              LH_BAD_ARGUMENT);
  }
  EXPECT_EQ(lh_stream_samples(nullptr), 0u);
}

TEST_F(Liteheart, judges_a_recording_as_its_parts_do) {
  EdgeModel edge;
  ASSERT_EQ(EdgeModel::open(file.data(), bytes.size(), edge), ModelStatus::kOk);
  const Conditioning c = edge.conditioning();
  for (const double seconds : {2.0, 2.56, 11.7}) {
    const auto mv = beats(500, seconds);
    const std::size_t samples = filtered_samples(c, 500, mv.size());
    ASSERT_EQ(lh_restored_samples(&model, 500, mv.size()), samples);
    std::vector<float> restored(12 * samples, -1);
    ASSERT_EQ(diagnose(mv, 500, restored.data()), LH_OK);

    std::vector<float> filtered(samples), scratch(filter_scratch(c, 500, mv.size(), 1)),
        window(256), leads(12 * 256), logits(2), expected(12 * samples);
    std::vector<std::uint8_t> arena(edge.arena_bytes());
    ASSERT_EQ(filter_recording(c, 500, mv.data(), mv.size(), 1, filtered.data(), samples,
                               scratch.data(), scratch.size()),
              Status::kOk);
    double mean[2] = {};
    const std::size_t windows = (samples + 255) / 256;
    for (std::size_t w = 0; w < windows; ++w) {
      const std::size_t start = windows == 1 ? 0 : (samples - 256) * w / (windows - 1);
      cut_window(c, filtered.data(), samples, 1, start, window.data());
      const Restored to = {leads.data(), 256, 256};
      edge.run(window.data(), arena.data(), arena.size(), logits.data(), &to, best_kernels());
      for (int d = 0; d < 2; ++d) mean[d] += double{logits[d]} / static_cast<double>(windows);
      for (std::size_t lead = 0; lead < 12; ++lead) {
        for (std::size_t t = 0; t < 256 && start + t < samples; ++t)
          expected[lead * samples + start + t] = leads[lead * 256 + t];
      }
    }
    EXPECT_EQ(restored, expected);
    EXPECT_NEAR(findings[0].probability, 1 / (1 + std::exp(-mean[0])), 1e-6);
    EXPECT_EQ(findings[0].present, findings[0].probability >= 0.3F);
    EXPECT_NEAR(findings[1].probability, 1 / (1 + std::exp(-(2 * mean[1] + 1))), 1e-6);
    EXPECT_EQ(findings[1].present, 0) << "its lead cannot judge it";
  }
}

TEST_F(Liteheart, refuses_what_it_cannot_judge_and_changes_nothing) {
  const auto mv = beats(500, 10);
  findings[0] = {7, 7};
  EXPECT_EQ(diagnose(mv, 500, nullptr, LH_LEAD_II), LH_WRONG_LEAD);
  EXPECT_EQ(diagnose(mv, 500, nullptr, LH_LEAD_I | LH_LEAD_V1), LH_WRONG_LEAD);
  for (const double rate :
       {0.0, -1.0, 1e9, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(diagnose(mv, rate), LH_BAD_RATE) << rate;
    EXPECT_EQ(lh_stream_memory(&model, rate), 0u);
  }
  EXPECT_EQ(diagnose(beats(500, 1.9), 500), LH_TOO_SHORT);
  EXPECT_EQ(diagnose({}, 500), LH_TOO_SHORT);
  EXPECT_EQ(diagnose(std::vector<float>(5000, 0.7F), 500), LH_FLAT);
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity(),
                          std::numeric_limits<float>::max(), -1.1e9F}) {
    auto with = mv;
    with[4999] = bad;
    EXPECT_EQ(diagnose(with, 500), LH_NOT_FINITE);
  }
  const std::size_t needed = lh_diagnose_memory(&model, 500, mv.size());
  std::vector<unsigned char> memory(needed);
  EXPECT_EQ(lh_diagnose(&model, LH_LEAD_I, 500, mv.data(), mv.size(), memory.data(), needed - 1,
                        findings.data(), nullptr),
            LH_MEMORY_TOO_SMALL);
  EXPECT_EQ(lh_diagnose(&model, LH_LEAD_I, 500, nullptr, mv.size(), memory.data(), needed,
                        findings.data(), nullptr),
            LH_BAD_ARGUMENT);
  EXPECT_EQ(lh_diagnose_memory(&model, 500, std::numeric_limits<std::size_t>::max()), 0u);
  EXPECT_EQ(findings[0].probability, 7);
}

TEST_F(Liteheart, refuses_files_of_others) {
  lh_model other;
  std::vector<Line> copy = file;
  auto* data = reinterpret_cast<char*>(copy.data());
  EXPECT_EQ(lh_model_open(&other, data + 1, bytes.size() - 1), LH_MISALIGNED);
  EXPECT_EQ(lh_model_open(&other, nullptr, 5), LH_BAD_ARGUMENT);
  EXPECT_EQ(lh_model_open(&other, data, 0), LH_NO_MODEL);
  EXPECT_NE(lh_model_open(&other, data, bytes.size() / 2), LH_OK);
  data[7] = '1';  // LHM1
  EXPECT_EQ(lh_model_open(&other, data, bytes.size()), LH_NO_MODEL);
  // Big-endian: the first word is an offset, whose bytes are turned.
  data[7] = '2';
  std::swap(data[0], data[3]);
  std::swap(data[1], data[2]);
  EXPECT_LT(lh_model_open(&other, data, bytes.size()), LH_OK);
}

/// What a stream made of one hop.
struct Hop {
  std::size_t at;  // samples pushed before it ended
  std::vector<lh_finding> findings;
  std::vector<float> restored;
};

/// Pushes all of it in chunks of the sizes that `chunk` gives.
template <class Chunk>
std::vector<Hop> stream_all(const lh_model& model, double rate_hz, const std::vector<float>& mv,
                            double window, double hop, Chunk chunk) {
  std::vector<unsigned char> memory(lh_stream_memory(&model, rate_hz));
  lh_stream* stream = nullptr;
  EXPECT_EQ(lh_stream_start(&stream, &model, LH_LEAD_I, rate_hz, window, hop, memory.data(),
                            memory.size()),
            LH_OK);
  std::vector<Hop> hops;
  std::vector<lh_finding> findings(lh_model_diagnoses(&model));
  std::vector<float> restored(12 * lh_stream_samples(stream));
  for (std::size_t at = 0; at < mv.size();) {
    std::size_t left = std::min<std::size_t>(chunk(), mv.size() - at);
    do {
      std::size_t taken = 0;
      const lh_status status =
          lh_stream_push(stream, mv.data() + at, left, &taken, findings.data(), restored.data());
      EXPECT_GE(status, LH_OK);
      at += taken, left -= taken;
      if (status == LH_RESULT) hops.push_back({at, findings, restored});
    } while (left > 0);
  }
  return hops;
}

bool same(const Hop& a, const Hop& b) {
  return a.at == b.at && a.restored == b.restored &&
         std::memcmp(a.findings.data(), b.findings.data(),
                     a.findings.size() * sizeof(lh_finding)) == 0;
}

TEST_F(Liteheart, streams_the_same_however_the_samples_come) {
  const auto mv = beats(360, 8);
  const auto one = stream_all(model, 360, mv, 0, 0.5, [] { return 1; });
  ASSERT_EQ(one.size(), 11u);  // windows that end at 2.56, 3.06, ... 7.56 s
  std::minstd_rand random(1);
  const auto some = stream_all(model, 360, mv, 0, 0.5, [&] { return random() % 700; });
  const auto all = stream_all(model, 360, mv, 0, 0.5, [&] { return mv.size(); });
  ASSERT_EQ(some.size(), one.size());
  ASSERT_EQ(all.size(), one.size());
  for (std::size_t h = 0; h < one.size(); ++h)
    EXPECT_TRUE(same(one[h], some[h]) && same(one[h], all[h])) << h;
}

TEST_F(Liteheart, streams_side_by_side) {
  const auto mv = beats(250, 8);
  const auto expected = stream_all(model, 250, mv, 2, 1, [] { return 100; });
  std::vector<Hop> first, second;
  std::thread other([&] { second = stream_all(model, 250, mv, 2, 1, [] { return 7; }); });
  first = stream_all(model, 250, mv, 2, 1, [] { return 100; });
  other.join();
  ASSERT_EQ(first.size(), 6u);
  ASSERT_EQ(second.size(), 6u);
  for (std::size_t h = 0; h < 6; ++h)
    EXPECT_TRUE(same(first[h], expected[h]) && same(second[h], expected[h])) << h;
}

TEST_F(Liteheart, stream_refuses_and_goes_on) {
  const std::size_t needed = lh_stream_memory(&model, 250);
  std::vector<unsigned char> memory(needed);
  lh_stream* stream = nullptr;
  const auto start = [&](unsigned leads, double window, double hop, std::size_t size) {
    return lh_stream_start(&stream, &model, leads, 250, window, hop, memory.data(), size);
  };
  EXPECT_EQ(start(LH_LEAD_II, 0, 0, needed), LH_WRONG_LEAD);
  EXPECT_EQ(start(LH_LEAD_I, 1.9, 0, needed), LH_BAD_SPAN);
  EXPECT_EQ(start(LH_LEAD_I, 3, 0, needed), LH_BAD_SPAN);
  EXPECT_EQ(start(LH_LEAD_I, std::nan(""), 0, needed), LH_BAD_SPAN);
  EXPECT_EQ(start(LH_LEAD_I, 0, -1, needed), LH_BAD_SPAN);
  EXPECT_EQ(start(LH_LEAD_I, 0, 0, needed - 1), LH_MEMORY_TOO_SMALL);
  EXPECT_EQ(lh_stream_memory(&model, 49.9), 0u);
  EXPECT_EQ(lh_diagnose_memory(&model, 49.9, 500), 0u);
  EXPECT_GT(lh_stream_memory(&model, 50), 0u);
  EXPECT_EQ(lh_stream_start(&stream, &model, LH_LEAD_I, 49.9, 0, 0, memory.data(), needed),
            LH_BAD_RATE);
  EXPECT_EQ(stream, nullptr);
  ASSERT_EQ(start(LH_LEAD_I, 0, 0, needed), LH_OK);

  auto mv = beats(250, 3);
  std::size_t taken = 9;
  EXPECT_EQ(lh_stream_push(stream, mv.data(), 0, &taken, findings.data(), nullptr), LH_OK);
  EXPECT_EQ(taken, 0u);
  EXPECT_EQ(lh_stream_push(stream, nullptr, 4, &taken, findings.data(), nullptr), LH_BAD_ARGUMENT);
  const float was = std::exchange(mv[5], std::nanf(""));
  EXPECT_EQ(lh_stream_push(stream, mv.data(), 10, &taken, findings.data(), nullptr), LH_NOT_FINITE);
  EXPECT_EQ(taken, 0u);
  mv[5] = was;
  ASSERT_EQ(lh_stream_push(stream, mv.data(), mv.size(), &taken, findings.data(), nullptr),
            LH_RESULT);
  const auto expected = stream_all(model, 250, mv, 0, 0, [] { return 50; });
  ASSERT_EQ(expected.size(), 1u);
  EXPECT_EQ(taken, expected[0].at);
  EXPECT_EQ(findings[0].probability, expected[0].findings[0].probability);

  // What lies far behind the hop is not looked at yet.
  mv.resize(100 * mv.size());
  mv.back() = std::nanf("");
  ASSERT_EQ(start(LH_LEAD_I, 0, 0, needed), LH_OK);
  EXPECT_EQ(lh_stream_push(stream, mv.data(), mv.size(), &taken, findings.data(), nullptr),
            LH_RESULT);
  EXPECT_EQ(taken, expected[0].at);
}

/// Leads I and II: what goes in by lead, or in a stream by sample, comes out in the lead's place.
TEST(LiteheartOfTwoLeads, keeps_them_apart) {
  const auto bytes = test::small_edge_model(256, test::kToomWeights, false, {0, 1});
  std::vector<std::max_align_t> file(bytes.size() / sizeof(std::max_align_t) + 5);
  void* place = file.data();
  std::size_t space = file.size() * sizeof(std::max_align_t);
  ASSERT_NE(std::align(64, bytes.size(), place, space), nullptr);
  std::memcpy(place, bytes.data(), bytes.size());
  lh_model model;
  ASSERT_EQ(lh_model_open(&model, place, bytes.size()), LH_OK);
  constexpr unsigned kBoth = LH_LEAD_I | LH_LEAD_II;
  ASSERT_EQ(lh_model_leads(&model), kBoth);
  const double rate_hz = 100;
  const auto one = beats(rate_hz, 2.56);
  const std::size_t samples = one.size();
  std::vector<float> two(samples), planes = one, turns;
  for (std::size_t t = 0; t < samples; ++t)
    two[t] = static_cast<float>(0.3 * std::sin(0.5 * static_cast<double>(t)));
  planes.insert(planes.end(), two.begin(), two.end());
  for (std::size_t t = 0; t < samples; ++t) turns.insert(turns.end(), {one[t], two[t]});

  std::vector<lh_finding> findings(lh_model_diagnoses(&model)), streamed = findings;
  std::vector<unsigned char> memory(lh_diagnose_memory(&model, rate_hz, samples));
  std::vector<float> restored(12 * samples), last(12 * samples);
  const auto diagnose = [&](unsigned leads, const std::vector<float>& mv) {
    return lh_diagnose(&model, leads, rate_hz, mv.data(), samples, memory.data(), memory.size(),
                       findings.data(), restored.data());
  };
  for (const unsigned wrong : {unsigned{LH_LEAD_I}, unsigned{LH_LEAD_II}, kBoth | LH_LEAD_V1})
    EXPECT_EQ(diagnose(wrong, planes), LH_WRONG_LEAD) << wrong;
  ASSERT_EQ(diagnose(kBoth, planes), LH_OK);
  const Conditioning c = [] {
    Conditioning own = compact_100();
    own.window = 256;
    return own;
  }();
  std::vector<float> filtered(2 * samples), scratch(filter_scratch(c, rate_hz, samples, 2));
  ASSERT_EQ(filter_recording(c, rate_hz, planes.data(), samples, 2, filtered.data(),
                             filtered.size(), scratch.data(), scratch.size()),
            Status::kOk);
  for (std::size_t t = 0; t < samples; ++t) {
    ASSERT_EQ(restored[t], filtered[t]) << t;
    ASSERT_EQ(restored[samples + t], filtered[samples + t]) << t;
    // III follows from both.
    ASSERT_NEAR(restored[2 * samples + t], filtered[samples + t] - filtered[t], 1e-6) << t;
  }

  std::vector<unsigned char> life(lh_stream_memory(&model, rate_hz));
  lh_stream* stream = nullptr;
  ASSERT_EQ(lh_stream_start(&stream, &model, kBoth, rate_hz, 0, 0, life.data(), life.size()),
            LH_OK);
  ASSERT_EQ(lh_stream_samples(stream), samples);
  std::size_t taken = 0;
  ASSERT_EQ(lh_stream_push(stream, turns.data(), samples, &taken, streamed.data(), last.data()),
            LH_RESULT);
  EXPECT_EQ(taken, samples);
  for (std::size_t i = 0; i < 3 * samples; ++i) ASSERT_NEAR(last[i], restored[i], 1e-4) << i;
  for (std::size_t d = 0; d < findings.size(); ++d)
    EXPECT_NEAR(streamed[d].probability, findings[d].probability, 1e-3) << d;
}

TEST_F(Liteheart, stream_says_when_there_is_no_heart) {
  std::vector<unsigned char> memory(lh_stream_memory(&model, 250));
  lh_stream* stream = nullptr;
  ASSERT_EQ(lh_stream_start(&stream, &model, LH_LEAD_I, 250, 0, 0, memory.data(), memory.size()),
            LH_OK);
  // A resampler rings where a constant begins; three windows later that has passed.
  const std::vector<float> flat(250 * 9, 1.5F);
  lh_status status = LH_OK;
  for (std::size_t at = 0, taken = 0; at < flat.size(); at += taken) {
    const lh_status now = lh_stream_push(stream, flat.data() + at, flat.size() - at, &taken,
                                         findings.data(), nullptr);
    if (now != LH_OK) status = now;
  }
  EXPECT_EQ(status, LH_FLAT);
}

TEST_F(Liteheart, stream_looks_for_a_heart_in_its_own_window_only) {
  std::vector<unsigned char> memory(lh_stream_memory(&model, 250));
  lh_stream* stream = nullptr;
  ASSERT_EQ(lh_stream_start(&stream, &model, LH_LEAD_I, 250, 2, 0.1, memory.data(), memory.size()),
            LH_OK);
  auto mv = beats(250, 6);
  mv.resize(250 * 9, 0.3F);  // an electrode comes off at 6 s
  std::vector<lh_status> when(mv.size(), LH_OK);
  for (std::size_t at = 0, taken = 0; at < mv.size(); at += taken) {
    const lh_status status =
        lh_stream_push(stream, mv.data() + at, mv.size() - at, &taken, findings.data(), nullptr);
    when[at + taken - 1] = status;
  }
  const auto in = [&](double begin, double end, lh_status status) {
    return std::count(when.begin() + static_cast<int>(250 * begin),
                      when.begin() + static_cast<int>(250 * end), status);
  };
  EXPECT_GE(in(2, 8, LH_RESULT), 58);
  EXPECT_EQ(in(2, 7.9, LH_FLAT), 0);
  // The resampler rings for a tenth of a second; then the 2.56 s that the model sees are not flat.
  EXPECT_EQ(in(8.3, 9, LH_RESULT), 0);
  EXPECT_GE(in(8.3, 9, LH_FLAT), 6);
}

TEST_F(Liteheart, gives_no_finding_that_is_not_a_number) {
  auto* floats = reinterpret_cast<float*>(file.data());
  const std::size_t count = bytes.size() / sizeof(float);
  const auto mv = beats(500, 4);
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; i += 7) {
    const float was = std::exchange(floats[i], std::nanf(""));
    lh_model damaged;
    if (lh_model_open(&damaged, file.data(), bytes.size()) == LH_OK) {
      std::swap(damaged, model);
      findings[0] = {7, 7};
      const lh_status status = diagnose(mv, 500);
      if (status == LH_OK) {
        EXPECT_TRUE(std::isfinite(findings[0].probability)) << i;
      } else {
        EXPECT_EQ(status, LH_DAMAGED);
        EXPECT_EQ(findings[0].probability, 7);
        ++found;
      }
      std::swap(damaged, model);
    }
    floats[i] = was;
  }
  EXPECT_GT(found, 100u);
}

/// The largest difference between a stream's windows and those of a recording filtered whole, of
/// which the stream has seen no more than each window's end. By distance from that end, in tenths
/// of a second.
std::vector<double> parting(double rate_hz, const Conditioning& c) {
  const auto mv = beats(rate_hz, 30, 3.0);
  std::vector<double> memory(StreamConditioner::memory(c, rate_hz, 1) / 8);
  StreamConditioner stream(c, rate_hz, 1, memory.data());
  const auto length = static_cast<std::size_t>(c.window);
  const std::size_t samples = filtered_samples(c, rate_hz, mv.size());
  std::vector<float> window(length), filtered(samples),
      scratch(filter_scratch(c, rate_hz, mv.size(), 1));
  EXPECT_EQ(filter_recording(c, rate_hz, mv.data(), mv.size(), 1, filtered.data(), samples,
                             scratch.data(), scratch.size()),
            Status::kOk);
  std::vector<double> worst(200, 0);
  for (std::size_t pushed = 0; pushed < mv.size(); ++pushed) {
    stream.push(&mv[pushed]);
    const auto made = static_cast<std::size_t>(stream.made());
    // The recording's own end is another matter.
    if (pushed % 997 != 0 || made < length ||
        made + 3 * static_cast<std::size_t>(c.rate_hz) > samples)
      continue;
    stream.window(length, window.data());
    for (std::size_t i = 0; i < length; ++i) {
      const auto tenth =
          static_cast<std::size_t>(static_cast<double>(length - 1 - i) / c.rate_hz * 10);
      double& w = worst[std::min<std::size_t>(tenth, 199)];
      w = std::max(w, std::fabs(double{window[i]} - filtered[made - length + i]));
    }
  }
  return worst;
}

TEST(StreamConditioner, parts_from_the_whole_recording_near_its_end_only) {
  for (const double rate : {100.0, 500.0, 360.0, 512.0, 513.625, 299.7, 50.0, 49.95, 9999.9}) {
    const auto worst = parting(rate, compact_100());
    // Beats of 1 mV, of which the last may be cut in two.
    EXPECT_LT(*std::max_element(worst.begin(), worst.end()), 1.5) << rate;
    EXPECT_LT(*std::max_element(worst.begin() + 10, worst.end()), 0.04) << rate;
    EXPECT_LT(*std::max_element(worst.begin() + 20, worst.end()), 0.002) << rate;
    // Taps between those that are kept included.
    EXPECT_LT(*std::max_element(worst.begin() + 70, worst.end()), 2e-5) << rate;
  }
}

TEST(StreamConditioner, is_the_offline_filter_of_the_recording_so_far_where_the_rate_stays) {
  for (Conditioning c : {compact_100(), paper_500()}) {
    const auto mv = beats(c.rate_hz, 24, 3.0);
    std::vector<double> memory(StreamConditioner::memory(c, c.rate_hz, 1) / 8);
    StreamConditioner stream(c, c.rate_hz, 1, memory.data());
    const auto length = static_cast<std::size_t>(c.window);
    std::vector<float> window(length), filtered, scratch, expected(length);
    for (std::size_t pushed = 1; pushed <= mv.size(); ++pushed) {
      stream.push(&mv[pushed - 1]);
      if (pushed % 997 != 0 || pushed < length) continue;
      stream.window(length, window.data());
      filtered.resize(pushed);
      scratch.resize(filter_scratch(c, c.rate_hz, pushed, 1));
      ASSERT_EQ(filter_recording(c, c.rate_hz, mv.data(), pushed, 1, filtered.data(), pushed,
                                 scratch.data(), scratch.size()),
                Status::kOk);
      cut_window(c, filtered.data(), pushed, 1, pushed - length, expected.data());
      for (std::size_t i = 0; i < length; ++i) ASSERT_NEAR(window[i], expected[i], 5e-6) << i;
    }
  }
}

}  // namespace
}  // namespace liteheart::edge
