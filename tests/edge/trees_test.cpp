// Trees beside the network of a model file: what they say, and which are refused.
#include "edge/trees.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>

#include "edge/half.h"
#include "edge/measure.h"
#include "edge/network.h"
#include "edge/small_model.h"
#include "edge/synthetic_ecg.h"

namespace liteheart::edge {
namespace {

using test::SmallTrees;
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kWindow = 1024;
constexpr std::uint8_t kAxis = 3, kLogRr = 169, kRate = 177;  // measurements
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Bytes model_with(const SmallTrees* trees, std::uint32_t window = kWindow,
                 const std::vector<std::uint8_t>& leads = {0}) {
  return test::small_edge_model(window, test::kToomWeights, false, leads, "{}", false, trees);
}

ModelStatus status_of(const Bytes& bytes) {
  EdgeModel model;
  return EdgeModel::open(bytes.data(), bytes.size(), model);
}

/// At another rate, conditioned up to 20 Hz.
Bytes at_rate(Bytes bytes, double rate_hz) {
  const auto* model = reinterpret_cast<const flatbuffers::Table*>(file::GetModel(bytes.data()));
  const auto put = [&](flatbuffers::voffset_t field, double number) {
    std::memcpy(bytes.data() + (model->GetAddressOf(field) - bytes.data()), &number, sizeof number);
  };
  put(file::Model::VT_RATE_HZ, rate_hz);
  put(file::Model::VT_HIGH_HZ, 20);
  return bytes;
}

/// 75 beats a minute in each lead.
std::vector<float> beats(std::size_t leads = 1) {
  const auto lead = test::synthetic_ecg(100, kWindow / 100.0, test::steady_beats(10.24, 0.8));
  std::vector<float> all;
  for (std::size_t i = 0; i < leads; ++i) all.insert(all.end(), lead.begin(), lead.end());
  return all;
}

/// Runs a model that opens in exactly its arena, at any address, and expects what lies around that
/// to stay as it is.
std::vector<float> run(const Bytes& bytes, const std::vector<float>& window,
                       std::size_t offset = 0) {
  constexpr std::size_t kGuard = 256;
  constexpr std::uint8_t kMark = 0xA5;
  EdgeModel model;
  EXPECT_EQ(EdgeModel::open(bytes.data(), bytes.size(), model), ModelStatus::kOk);
  const std::size_t size = model.arena_bytes(), begin = kGuard + offset;
  Bytes memory(size + 2 * kGuard + offset, kMark);
  std::vector<float> logits(model.diagnoses());
  EXPECT_EQ(
      model.run(window.data(), memory.data() + begin, size, logits.data(), nullptr, best_kernels()),
      ModelStatus::kOk);
  for (std::size_t i = 0; i < memory.size(); ++i) {
    if (i == begin) i += size;
    EXPECT_EQ(memory[i], kMark) << i;
  }
  return logits;
}

/// Of the first class the second tree, of the second one the third: the leaf of each says which it
/// is.
SmallTrees telling_trees() {
  SmallTrees trees;
  trees.share = 0.75F;
  trees.base = {10, -20};
  const auto split = [&](std::size_t tree, std::size_t at, std::uint8_t measurement, float above) {
    trees.measurement[tree * SmallTrees::kSplits + at] = measurement;
    trees.threshold[tree * SmallTrees::kSplits + at] = half_of_float(above);
  };
  for (std::size_t i = 0; i < trees.value.size(); ++i)
    trees.value[i] = half_of_float(static_cast<float>(i));
  for (const std::size_t at : {0, 1, 3}) split(0, at, kRate, kInfinity);
  split(1, 0, kRate, 70);          // above
  split(1, 2, kAxis, -kInfinity);  // unknown in one lead
  split(1, 5, kLogRr, -0.5F);      // above
  split(2, 0, kRate, 80);          // not above
  split(2, 1, kRate, 70);          // above
  split(2, 4, kLogRr, 0);          // not above
  return trees;
}

class SmallModelWithTrees : public testing::Test {};

TEST_F(SmallModelWithTrees, says_the_share_of_its_trees_and_the_rest_of_its_network) {
  const SmallTrees trees = telling_trees();
  const auto x = beats();
  const auto network = run(model_with(nullptr), x), both = run(model_with(&trees), x);
  const float of_trees[] = {10 + 0 + (8 + 5), -20 + (16 + 2)};
  for (std::size_t c = 0; c < 2; ++c)
    EXPECT_NEAR(both[c], 0.25F * network[c] + 0.75F * of_trees[c], 1e-5);

  EdgeModel model;
  const Bytes bytes = model_with(&trees);
  ASSERT_EQ(EdgeModel::open(bytes.data(), bytes.size(), model), ModelStatus::kOk);
  EXPECT_EQ(model.measured_share(), 0.75F);
}

/// The three trees of SmallTrees on one row, compared as numbers: the sum of the leaves of class 1.
float plain_walk(const SmallTrees& trees, const std::vector<float>& measured) {
  float sum = trees.base[1];
  for (std::size_t tree = trees.count[0]; tree < 3U; ++tree) {
    std::size_t node = 0;
    while (node < SmallTrees::kSplits) {
      const std::size_t split = tree * SmallTrees::kSplits + node;
      const bool above = measured[trees.measurement[split]] > float_of_half(trees.threshold[split]);
      node = 2 * node + (above ? 2 : 1);
    }
    sum += float_of_half(trees.value[tree * 8 + node - SmallTrees::kSplits]);
  }
  return sum;
}

TEST_F(SmallModelWithTrees, compares_as_numbers_do_on_both_sides_of_every_half) {
  std::mt19937 random(3);
  SmallTrees trees;
  trees.share = 0.5F;
  trees.base = {0, 0};
  std::size_t ways = 0;
  for (int round = 0; round < 4000; ++round) {
    for (std::uint16_t& half : trees.threshold) {
      do
        half =
            static_cast<std::uint16_t>(round < 200 ? random() % 4 << 15 | random() % 3 : random());
      while (std::isnan(float_of_half(half)));
    }
    for (std::uint16_t& half : trees.value)
      half = half_of_float(static_cast<float>(random() % 2000) / 100 - 10);
    for (std::uint8_t& m : trees.measurement) m = static_cast<std::uint8_t>(random() % 3);
    std::vector<float> measured(kMeasurements, kNan);
    for (std::size_t i = 0; i < 3; ++i) {
      const float at = float_of_half(trees.threshold[random() % 21]);
      const float towards[] = {at, kInfinity, -kInfinity};
      measured[i] = random() % 16 == 0 ? kNan : std::nextafter(at, towards[random() % 3]);
    }
    const Bytes bytes = model_with(&trees);
    float logits[2] = {0, 0};
    add_trees(*file::GetModel(bytes.data())->trees(), measured.data(), logits);
    ASSERT_NEAR(logits[1], plain_walk(trees, measured) / 2, 1e-6) << round;
    ways += logits[1] != 0;
  }
  EXPECT_GT(ways, 3000U);
}

TEST_F(SmallModelWithTrees, goes_the_way_of_the_unknown_where_there_are_no_beats) {
  const SmallTrees trees = telling_trees();
  const std::vector<float> flat(kWindow);
  const auto network = run(model_with(nullptr), flat), both = run(model_with(&trees), flat);
  const float of_trees[] = {10 + 0 + 8, -20 + 16};
  for (std::size_t c = 0; c < 2; ++c)
    EXPECT_NEAR(both[c], 0.25F * network[c] + 0.75F * of_trees[c], 1e-5);
}

TEST_F(SmallModelWithTrees, stays_within_its_arena_whichever_needs_more) {
  const SmallTrees trees;
  const std::vector<std::uint8_t> all = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const auto arena = [](const Bytes& bytes) {
    EdgeModel model;
    EXPECT_EQ(EdgeModel::open(bytes.data(), bytes.size(), model), ModelStatus::kOk);
    return model.arena_bytes();
  };
  const Bytes network_more = model_with(&trees),
              measuring_more = at_rate(model_with(&trees, kWindow, all), 50);
  EXPECT_EQ(arena(network_more), arena(model_with(nullptr)));
  EXPECT_GT(arena(measuring_more), arena(model_with(nullptr, kWindow, all)));
  EXPECT_GE(arena(measuring_more), measure_memory(12, kWindow, 50));
  for (const std::size_t offset : {0, 1, 8, 63}) {
    run(network_more, beats(), offset);
    run(measuring_more, beats(12), offset);
  }
}

TEST_F(SmallModelWithTrees, opens_with_any_trees_that_agree_with_each_other) {
  const auto opens = [](const std::function<void(SmallTrees&)>& change) {
    SmallTrees trees;
    change(trees);
    return status_of(model_with(&trees)) == ModelStatus::kOk;
  };
  EXPECT_TRUE(opens([](auto&) {}));
  EXPECT_TRUE(opens([](auto& t) { t.measurement[20] = kMeasurements - 1; }));
  EXPECT_TRUE(opens([](auto& t) { t.count = {0, 3}; }));
  EXPECT_TRUE(opens([](auto& t) {
    t.count = {0, 0};
    t.measurement.clear(), t.threshold.clear(), t.value.clear();
  }));
  EXPECT_TRUE(opens([](auto& t) { t.threshold = std::vector(21, half_of_float(kInfinity)); }));
  EXPECT_TRUE(opens([](auto& t) {
    t.count = {kMostTrees, 0};
    t.measurement.resize(kMostTrees * 7), t.threshold.resize(kMostTrees * 7);
    t.value.resize(kMostTrees * 8);
  }));
}

TEST_F(SmallModelWithTrees, that_contradict_each_other_is_refused) {
  const auto expect_refused = [](const char* what, const std::function<void(SmallTrees&)>& change) {
    SmallTrees trees;
    change(trees);
    EXPECT_EQ(status_of(model_with(&trees)), ModelStatus::kInconsistent) << what;
  };
  expect_refused("other measurements", [](auto& t) { ++t.version; });
  expect_refused("no measurements", [](auto& t) { t.version = 0; });
  for (const float share : {0.0F, 1.0F, -0.5F, 1.5F, kInfinity, -kInfinity, kNan})
    expect_refused("a share that is none", [&](auto& t) { t.share = share; });
  for (const float worse : {kInfinity, -kInfinity, kNan}) {
    expect_refused("a base", [&](auto& t) { t.base[1] = worse; });
    for (const std::size_t at : {0, 23})
      expect_refused("a value", [&](auto& t) { t.value[at] = half_of_float(worse); });
  }
  expect_refused("a threshold", [](auto& t) { t.threshold[20] = half_of_float(kNan); });
  for (const std::size_t classes : {0, 1, 3}) {
    expect_refused("bases", [&](auto& t) { t.base.resize(classes); });
    expect_refused("counts", [&](auto& t) {
      t.count.resize(classes);
      if (classes > 0) t.count[0] = 2;
    });
  }
  for (const std::vector<std::uint16_t>& count :
       {std::vector<std::uint16_t>{2, 0}, {2, 2}, {65535, 65535}, {0, 0}})
    expect_refused("a count", [&](auto& t) { t.count = count; });
  expect_refused("more trees than a class may have", [](auto& t) {
    t.count = {kMostTrees + 1, 0};
    t.measurement.resize((kMostTrees + 1) * 7), t.threshold.resize((kMostTrees + 1) * 7);
    t.value.resize((kMostTrees + 1) * 8);
  });
  for (const int more : {-7, -1, 1, 7}) {
    const auto by = [&](auto& list) { list.resize(list.size() + static_cast<std::size_t>(more)); };
    expect_refused("splits", [&](auto& t) { by(t.measurement); });
    expect_refused("thresholds", [&](auto& t) { by(t.threshold); });
    expect_refused("leaves", [&](auto& t) { by(t.value); });
  }
  for (const std::size_t at : {0, 20}) {
    expect_refused("no measurement", [&](auto& t) { t.measurement[at] = kMeasurements; });
    expect_refused("no measurement", [&](auto& t) { t.measurement[at] = 255; });
  }
  expect_refused("no bases", [](auto& t) { t.left_out = &t.base; });
  expect_refused("no counts", [](auto& t) { t.left_out = &t.count; });
  expect_refused("no measurements", [](auto& t) { t.left_out = &t.measurement; });
  expect_refused("no thresholds", [](auto& t) { t.left_out = &t.threshold; });
  expect_refused("no values", [](auto& t) { t.left_out = &t.value; });
}

TEST_F(SmallModelWithTrees, of_what_cannot_be_measured_is_refused) {
  const SmallTrees trees;
  constexpr std::uint32_t kTwoMinutes = 12'000;
  EXPECT_EQ(status_of(model_with(&trees, kTwoMinutes)), ModelStatus::kOk);
  EXPECT_EQ(status_of(model_with(&trees, kTwoMinutes + 4)), ModelStatus::kInconsistent);
  EXPECT_EQ(status_of(model_with(nullptr, kTwoMinutes + 4)), ModelStatus::kOk);
  EXPECT_EQ(status_of(at_rate(model_with(&trees), 10'001)), ModelStatus::kInconsistent);
  EXPECT_EQ(status_of(at_rate(model_with(nullptr), 10'001)), ModelStatus::kOk);
}

TEST_F(SmallModelWithTrees, with_any_byte_of_them_changed_is_refused_or_runs_within_its_memory) {
  const SmallTrees trees = telling_trees();
  const Bytes bytes = model_with(&trees);
  const file::Trees& table = *file::GetModel(bytes.data())->trees();
  const auto at = [&](const void* where) {
    return static_cast<std::size_t>(static_cast<const std::uint8_t*>(where) - bytes.data());
  };
  // What was written last comes first: where its fields are, the table, and the lists.
  const std::size_t begin = at(reinterpret_cast<const flatbuffers::Table&>(table).GetVTable()),
                    end = at(table.base()->Data()) + 2 * sizeof(float);
  ASSERT_LT(begin, end);
  const auto x = beats();
  std::size_t refused = 0, ran = 0;
  for (std::size_t i = begin; i < end; ++i) {
    for (const int by : {1, 0x80, 0xFF}) {
      Bytes changed = bytes;
      changed[i] = static_cast<std::uint8_t>(bytes[i] ^ by);
      if (status_of(changed) == ModelStatus::kOk) {
        run(changed, x);
        ++ran;
      } else {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 50u);
  EXPECT_GT(ran, 50u);
}

}  // namespace
}  // namespace liteheart::edge
