#include "edge/network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "edge/random_shapes.h"
#include "edge/small_model.h"

namespace liteheart::edge {
namespace {

/// A copy that ends where the bytes end, so that a sanitizer sees a read beyond them.
struct Exact {
  explicit Exact(const std::vector<std::uint8_t>& from, std::size_t count)
      : bytes(std::make_unique<std::uint8_t[]>(count)), size(count) {
    std::memcpy(bytes.get(), from.data(), count);
  }
  std::unique_ptr<std::uint8_t[]> bytes;
  std::size_t size;
};

std::vector<float> ramp(std::size_t count) {
  std::vector<float> x(count);
  for (std::size_t i = 0; i < count; ++i) x[i] = std::sin(static_cast<float>(i * i % 97));
  return x;
}

class SmallModel : public testing::Test {
 protected:
  const std::vector<std::uint8_t> bytes = test::small_edge_model();

  /// Runs `model` with an arena of exactly its size.
  static std::vector<float> run(const EdgeModel& model, const Kernels& kernels,
                                std::vector<float>* restored = nullptr) {
    const auto window = static_cast<std::size_t>(model.conditioning().window);
    const std::vector<float> x = ramp(model.leads() * window);
    std::vector<std::uint8_t> arena(model.arena_bytes());
    std::vector<float> logits(model.diagnoses());
    if (restored != nullptr) restored->resize(12 * window);
    const Restored leads = {restored == nullptr ? nullptr : restored->data(), window, window};
    EXPECT_EQ(model.run(x.data(), arena.data(), arena.size(), logits.data(),
                        restored == nullptr ? nullptr : &leads, kernels),
              ModelStatus::kOk);
    return logits;
  }
};

TEST_F(SmallModel, is_refused_with_other_weights_than_toom_cook_reads) {
  constexpr std::size_t kRow = 16, kAsBefore = kToomPoints * 2 * 32 * kRow;
  EdgeModel model;
  for (const std::size_t weights : {test::kToomWeights - kRow, test::kToomWeights - 1,
                                    test::kToomWeights + kRow, kAsBefore, std::size_t{0}}) {
    const auto other = test::small_edge_model(64, weights);
    EXPECT_NE(EdgeModel::open(other.data(), other.size(), model), ModelStatus::kOk) << weights;
  }
}

// Attention's work grows with the square of the window: a model could ask for hours of it.
TEST_F(SmallModel, is_refused_with_more_work_than_a_model_may_be) {
  const auto open = [](std::uint32_t window) {
    const auto model = test::small_edge_model(window);
    EdgeModel opened;
    return EdgeModel::open(model.data(), model.size(), opened);
  };
  EXPECT_EQ(open(1U << 17), ModelStatus::kOk);
  EXPECT_EQ(open(1U << 18), ModelStatus::kInconsistent);
}

TEST_F(SmallModel, opens_and_tells_what_it_is) {
  EdgeModel model;
  ASSERT_EQ(EdgeModel::open(bytes.data(), bytes.size(), model), ModelStatus::kOk);
  EXPECT_EQ(model.conditioning().window, 64);
  EXPECT_EQ(model.conditioning().normalization, Normalization::kFixedGain);
  ASSERT_EQ(model.diagnoses(), 2u);
  EXPECT_STREQ(model.diagnosis(0).code, "164889003");
  EXPECT_TRUE(model.diagnosis(0).judged);
  EXPECT_FALSE(model.diagnosis(1).judged);
  EXPECT_TRUE(model.restores());
  EXPECT_EQ(model.multiply_adds(), 16u * 9 * 32 + 16 * 5 * 32 * 16 + 16 * 9 * 32 * 32 +
                                       16 * 9 * 12 * 16 + 16 * 16 * 48 + 16 * 4 * 16 +
                                       16 * 16 * 16 + 16 * 16);
}

TEST_F(SmallModel, gives_the_same_on_every_kernel_path_and_passes_the_measured_lead_through) {
  EdgeModel model;
  ASSERT_EQ(EdgeModel::open(bytes.data(), bytes.size(), model), ModelStatus::kOk);
  std::vector<float> expected_leads;
  const auto expected = run(model, reference_kernels(), &expected_leads);
  const auto x = ramp(64);
  for (std::size_t t = 0; t < 64; ++t) {
    EXPECT_EQ(expected_leads[t], x[t]);
    const float two = expected_leads[64 + t];
    EXPECT_FLOAT_EQ(expected_leads[128 + t], two - x[t]) << "III = II - I";
    EXPECT_FLOAT_EQ(expected_leads[192 + t], -(x[t] + two) / 2) << "aVR";
  }
  const Kernels* paths[8];
  const std::size_t count = kernel_paths(paths, 8);
  ASSERT_GE(count, 2u);
  for (std::size_t p = 1; p < count; ++p) {
    std::vector<float> leads;
    const auto logits = run(model, *paths[p], &leads);
    for (std::size_t i = 0; i < logits.size(); ++i)
      EXPECT_NEAR(logits[i], expected[i], 1e-5 + 1e-4 * std::fabs(expected[i])) << paths[p]->name;
    for (std::size_t i = 0; i < leads.size(); ++i)
      EXPECT_NEAR(leads[i], expected_leads[i], 1e-5 + 1e-4 * std::fabs(expected_leads[i]))
          << paths[p]->name;
  }
}

TEST_F(SmallModel, with_an_arena_one_byte_too_small_does_nothing) {
  EdgeModel model;
  ASSERT_EQ(EdgeModel::open(bytes.data(), bytes.size(), model), ModelStatus::kOk);
  const auto x = ramp(64);
  std::vector<std::uint8_t> arena(model.arena_bytes() - 1, 5);
  std::vector<float> logits = {7, 7};
  EXPECT_EQ(model.run(x.data(), arena.data(), arena.size(), logits.data(), nullptr, best_kernels()),
            ModelStatus::kArenaTooSmall);
  EXPECT_EQ(logits, (std::vector<float>{7, 7}));
  EXPECT_EQ(arena, std::vector<std::uint8_t>(arena.size(), 5));
}

TEST_F(SmallModel, cut_off_anywhere_is_an_error) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Exact cut(bytes, size);
    EdgeModel model;
    EXPECT_NE(EdgeModel::open(cut.bytes.get(), cut.size, model), ModelStatus::kOk) << size;
  }
}

TEST_F(SmallModel, that_reads_or_gives_what_no_step_has_made_is_refused) {
  const auto status = [](const std::vector<std::uint8_t>& changed) {
    EdgeModel model;
    return EdgeModel::open(changed.data(), changed.size(), model);
  };
  auto changed = bytes;
  const file::Network& network = *file::GetModel(changed.data())->network();
  // Bytes of the file, of whose numbers the lowest comes first.
  const auto byte_at = [&](const void* where) -> std::uint8_t& {
    return changed[static_cast<std::size_t>(static_cast<const std::uint8_t*>(where) -
                                            changed.data())];
  };
  std::uint8_t& length = byte_at(network.steps());
  const auto all = static_cast<std::uint8_t>(network.steps()->size());
  ASSERT_EQ(length, all);
  for (std::uint8_t some = 0; some < all; ++some) {
    length = some;
    EXPECT_EQ(status(changed), ModelStatus::kInconsistent)
        << some << " of " << int{all} << " steps";
  }
  length = all;
  EXPECT_EQ(status(changed), ModelStatus::kOk);
}

TEST_F(SmallModel, that_gives_leads_which_no_step_has_put_together_is_refused) {
  auto changed = test::small_edge_model(64, test::kToomWeights, true);
  EdgeModel model;
  EXPECT_EQ(EdgeModel::open(changed.data(), changed.size(), model), ModelStatus::kOk);
  const file::Network& network = *file::GetModel(changed.data())->network();
  const auto* restored =
      reinterpret_cast<const flatbuffers::Table&>(network).GetAddressOf(file::Network::VT_RESTORED);
  changed[static_cast<std::size_t>(restored - changed.data())] =
      static_cast<std::uint8_t>(network.slots()->size() - 1);
  EXPECT_EQ(EdgeModel::open(changed.data(), changed.size(), model), ModelStatus::kInconsistent);
}

TEST_F(SmallModel, with_measured_leads_in_bytes_is_refused) {
  const auto changed =
      test::small_edge_model(64, test::kToomWeights, false, {0}, "{}", /*measured_bytes=*/true);
  EdgeModel model;
  EXPECT_EQ(EdgeModel::open(changed.data(), changed.size(), model), ModelStatus::kInconsistent);
}

TEST_F(SmallModel, that_takes_bytes_to_no_finite_numbers_is_refused) {
  for (const float worse : {INFINITY, -INFINITY, NAN}) {
    for (const auto values : {&file::Convolution::scale, &file::Convolution::bias}) {
      auto changed = bytes;
      for (const auto* step : *file::GetModel(changed.data())->network()->steps()) {
        const auto* c = step->op_as_Convolution();
        if (c == nullptr || c->weight8() == nullptr) continue;
        const auto* last = (c->*values)()->data() + 15;
        std::memcpy(changed.data() + (reinterpret_cast<const std::uint8_t*>(last) - changed.data()),
                    &worse, sizeof worse);
      }
      EdgeModel model;
      EXPECT_EQ(EdgeModel::open(changed.data(), changed.size(), model), ModelStatus::kInconsistent)
          << worse;
    }
  }
}

TEST_F(SmallModel, with_any_byte_changed_is_refused_or_runs_within_its_memory) {
  Exact damaged(bytes, bytes.size());
  std::size_t refused = 0, ran = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const int by : {1, 0x80, 0xff}) {
      damaged.bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ by);
      EdgeModel model;
      if (EdgeModel::open(damaged.bytes.get(), damaged.size, model) != ModelStatus::kOk) {
        ++refused;
      } else if (model.arena_bytes() < 4'000'000) {
        run(model, best_kernels());
        ++ran;
      }
      damaged.bytes[i] = bytes[i];
    }
  }
  EXPECT_GT(refused, 500u);
  EXPECT_GT(ran, 500u);
}

TEST(KernelPaths, agree_with_the_reference_on_random_shapes) {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    for (std::size_t kind = 0; kind < test::kKernelKinds; ++kind) {
      const test::Parting parting = test::random_shape(seed, kind);
      ASSERT_EQ(parting.kernel, nullptr)
          << parting.kernel << " on " << parting.path << ", seed " << seed;
    }
  }
}

TEST(KernelPaths, by_toom_cook_agree_with_the_plain_convolution) {
  std::minstd_rand random(4);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const Kernels* paths[8];
  const std::size_t count = kernel_paths(paths, 8);
  for (int round = 0; round < 30; ++round) {
    const std::size_t rows = 1 + below(150), columns = kColumnMultiple * (1 + below(6)),
                      channels = kColumnMultiple * (1 + below(3)), groups = 1 + below(4),
                      tap = channels * columns, end_depth = below(groups * channels + 1);
    const auto in = ramp(toom_cook_rows(rows, groups) * channels), bias = ramp(columns),
               add = ramp(rows * columns);
    auto weight = ramp(3 * groups * tap);
    const auto plain = [&](std::size_t i) -> float& {  // weight [i / columns][i % columns]
      return weight[weight_at(3 * groups * channels, columns, i / columns, i % columns)];
    };
    // Of the third taps only the first are there.
    for (std::size_t i = end_depth * columns; i < groups * tap; ++i)
      plain((3 * (i / tap) + 2) * tap + i % tap) = 0;
    // Three taps, a + b x + c x^2, at 0, 1, -1, 2 and infinity.
    std::vector<float> points(toom_cook_weight_count(columns, groups * channels, end_depth));
    std::size_t point = 0;
    for (const double x : {0.0, 1.0, -1.0, 2.0, 1e300}) {
      const double scale = x == 0 ? 2 : x == 1 ? -2 : x == -1 ? -6 : 6;
      for (std::size_t g = 0; g < groups; ++g) {
        for (std::size_t i = 0; i < tap; ++i) {
          const auto w = [&](std::size_t k) { return double{plain((3 * g + k) * tap + i)}; };
          const std::size_t at = g * tap + i, depth = x == 1e300 ? end_depth : groups * channels;
          if (at / columns >= depth) continue;
          points[point * groups * tap + weight_at(depth, columns, at / columns, at % columns)] =
              static_cast<float>(x == 1e300 ? w(2) : (w(0) + x * w(1) + x * x * w(2)) / scale);
        }
      }
      ++point;
    }
    std::vector<float> expected(rows * columns), got(rows * columns),
        scratch(toom_cook_scratch(columns, channels, groups));
    const bool leaky = below(2) == 0;
    const float* added = below(2) == 0 ? nullptr : add.data();
    reference_kernels().gemm({in.data(), weight.data(), bias.data(), added, expected.data(), rows,
                              columns, 3 * groups * channels, channels, leaky});
    for (std::size_t p = 0; p < count; ++p) {
      paths[p]->toom_cook({in.data(), points.data(), bias.data(), added, got.data(), scratch.data(),
                           rows, columns, channels, groups, end_depth, leaky});
      for (std::size_t i = 0; i < got.size(); ++i)
        ASSERT_NEAR(got[i], expected[i], 1e-4) << paths[p]->name << ", round " << round;
    }
  }
}

/// Elements of either kind, and what they were before.
struct Cells {
  Cells(std::size_t count, bool bytes) : floats(ramp(count)), small(count), kind(bytes) {
    for (std::size_t i = 0; i < count; ++i) small[i] = static_cast<std::uint8_t>(i * 37);
  }
  Elements elements() {
    return {kind ? static_cast<void*>(small.data()) : floats.data(), kind, 0.013F, 91};
  }
  bool operator==(const Cells& other) const {
    return floats == other.floats && small == other.small;
  }
  std::vector<float> floats;
  std::vector<std::uint8_t> small;
  bool kind;
};

TEST(KernelPaths, give_the_bits_of_the_reference_in_bytes) {
  std::minstd_rand random(3);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const Kernels* paths[8];
  const std::size_t count = kernel_paths(paths, 8);
  for (int round = 0; round < 80; ++round) {
    const std::size_t rows = 1 + below(40), columns = kColumnMultiple * (1 + below(10)),
                      depth = kDepthMultiple * (1 + below(60)), in_step = 1 + below(depth + 20);
    std::vector<std::uint8_t> in((rows - 1) * in_step + depth);
    std::vector<std::int8_t> weight(depth * columns);
    // Extremes among the rest: sums of 16 bits would not hold them.
    for (auto& x : in) x = static_cast<std::uint8_t>(below(3) == 0 ? 255 : below(256));
    for (auto& w : weight)
      w = static_cast<std::int8_t>(below(3) == 0 ? 127 : static_cast<int>(below(255)) - 127);
    std::vector<std::int32_t> sum(columns, 0);
    for (std::size_t i = 0; i < weight.size(); ++i) sum[i / kDepthMultiple % columns] += weight[i];
    std::vector<float> scale = ramp(columns), bias = ramp(columns);
    const bool bytes = below(2) == 0, adds = below(2) == 0, added_bytes = below(2) == 0;
    for (float& x : scale) x = 1e-4F * (x + 1.5F) / (bytes ? 0.013F : 1);
    Cells add(rows * columns, added_bytes), expected(rows * columns, bytes), got = expected;
    ByteGemm g = {in.data(),
                  weight.data(),
                  sum.data(),
                  scale.data(),
                  bias.data(),
                  adds ? add.elements() : Elements{},
                  expected.elements(),
                  rows,
                  columns,
                  depth,
                  in_step,
                  below(2) == 0};
    reference_kernels().byte_gemm(g);
    g.out = got.elements();
    for (std::size_t p = 1; p < count; ++p) {
      paths[p]->byte_gemm(g);
      ASSERT_TRUE(got == expected) << paths[p]->name << ", round " << round;
    }
    // The plain sum, once more and in doubles.
    const std::size_t t = below(rows), c = below(columns);
    double y = 0;
    for (std::size_t k = 0; k < depth; ++k)
      y += in[t * in_step + k] * weight[(k / 4 * columns + c) * 4 + k % 4];
    y = y * double{scale[c]} + double{bias[c]};
    if (g.leaky && y < 0) y *= 0.01;
    const double step = bytes ? 0.013 : 1;
    const std::size_t at = t * columns + c;
    if (adds) y += (added_bytes ? 0.013 * (add.small[at] - 91) : double{add.floats[at]}) / step;
    if (bytes)
      ASSERT_NEAR(expected.small[at], std::clamp(y + 91, 0.0, 255.0), 0.51);
    else
      ASSERT_NEAR(expected.floats[at], y, 1e-4);
  }
}

}  // namespace
}  // namespace liteheart::edge
