// Networks in bytes against the same in floats.
#include "deploy/quantize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <random>

#include "deploy/edge_export.h"
#include "deploy/engine.h"
#include "deploy/model_bytes.h"
#include "ecg/error.h"
#include "edge/network.h"
#include "exported.h"

namespace liteheart {
namespace {

constexpr std::size_t kCompact = 1024;  // samples of a window at 100 Hz
constexpr test::Exported kTiny{"tiny", "student-tiny", "tiny", "I", false, false};
constexpr test::Exported kTinyAlone{"tiny_alone", "student-tiny", "none", "I", false, false};

/// Waves and spikes of a few tenths of mV, each window another; in more samples the same, finer.
std::vector<float> windows(std::size_t count, std::size_t samples = kCompact) {
  std::minstd_rand random(3);
  std::vector<float> x(count * samples);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t window = i / samples, within = i % samples;
    const auto t = static_cast<double>(within * kCompact) / static_cast<double>(samples);
    const auto w = static_cast<double>(window);
    x[i] = static_cast<float>(0.2 * std::sin(t / (7 + w)) +
                              std::exp(-std::pow(std::fmod(t, 83) - 40, 2) / 5) +
                              0.02 * (static_cast<double>(random() % 1000) / 500 - 1));
  }
  return x;
}

std::vector<float> logits(const EdgeGraph& graph, const ModelCard& card, std::span<const float> x,
                          const edge::Kernels& kernels) {
  return edge_engine(edge_bytes(graph, card), "test", kernels)->run(x, false).logits;
}

/// Power of the signal over that of the difference, in dB; both without what all windows share.
double signal_to_noise(const std::vector<float>& expected, const std::vector<float>& got,
                       std::size_t classes) {
  const std::size_t count = expected.size() / classes;
  double signal = 0, noise = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    double mean = 0;
    for (std::size_t i = c; i < expected.size(); i += classes) mean += expected[i];
    mean /= static_cast<double>(count);
    for (std::size_t i = c; i < expected.size(); i += classes) {
      signal += std::pow(expected[i] - mean, 2);
      noise += std::pow(got[i] - expected[i], 2);
    }
  }
  return 10 * std::log10(signal / noise);
}

class Quantized : public testing::TestWithParam<test::Exported> {};

TEST_P(Quantized, says_nearly_the_same_and_on_every_kernel_path_exactly_the_same) {
  const Model model = test::worn(test::card_of(GetParam()));
  const auto samples = static_cast<std::size_t>(model.card.conditioning.window);
  const EdgeGraph floats = edge_graph(model);
  const auto x = windows(24, samples);
  const EdgeGraph bytes = quantize(floats, model.card, std::span(x).first(12 * samples));
  const auto expected = logits(floats, model.card, x, edge::best_kernels());
  const auto got = logits(bytes, model.card, x, edge::best_kernels());
  // Random weights answer little to what they see, and much to how it is rounded; at 500 Hz too
  // little to compare (tests/cli/import_code_test.cpp has real ones).
  if (!GetParam().paper) {
    EXPECT_GT(signal_to_noise(expected, got, model.card.classes.size()), 5);
  }
  const edge::Kernels* paths[8];
  const std::size_t count = edge::kernel_paths(paths, 8);
  const auto few = std::span(x).first(GetParam().paper ? samples : 2 * samples);
  for (std::size_t p = 0; p < count; ++p) {
    const auto own = logits(bytes, model.card, few, *paths[p]);
    EXPECT_TRUE(std::equal(own.begin(), own.end(), got.begin())) << paths[p]->name;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, Quantized,
    testing::Values(kTiny, kTinyAlone,
                    test::Exported{"small", "student-small", "small", "I", false, false},
                    test::Exported{"small_alone", "student-small", "none", "I", false, false},
                    test::Exported{"base", "student-base", "base", "I", false, false},
                    test::Exported{"base_alone", "student-base", "none", "I", false, false},
                    test::Exported{"tiny_paper", "student-tiny", "tiny", "I", true, false},
                    test::Exported{"small_paper", "student-small", "small", "I", true, false},
                    test::Exported{"base_paper", "student-base", "base", "I", true, false}),
    [](const auto& shape) { return shape.param.name; });

TEST(Quantize, is_not_led_astray_by_one_wild_recording) {
  const Model model = test::worn(test::card_of(kTiny));
  const EdgeGraph floats = edge_graph(model);
  auto x = windows(120);
  const auto tame = std::span(x).subspan(kCompact, 20 * kCompact);
  const auto expected = logits(floats, model.card, tame, edge::best_kernels());
  const auto heard = [&] {
    const EdgeGraph bytes = quantize(floats, model.card, x);
    return signal_to_noise(expected, logits(bytes, model.card, tame, edge::best_kernels()),
                           model.card.classes.size());
  };
  const double without = heard();
  for (std::size_t i = 0; i < kCompact; ++i) x[i] *= 500;
  EXPECT_GT(heard(), without - 2);
}

TEST(Quantize, makes_a_file_a_quarter_the_size_that_needs_less_memory) {
  const Model model = test::worn(test::card_of(kTiny));
  const EdgeGraph floats = edge_graph(model), bytes = quantize(floats, model.card, windows(4));
  const auto file = edge_bytes(floats, model.card), small = edge_bytes(bytes, model.card);
  EXPECT_LT(small.size() * 7, file.size() * 2);
  const auto arena = [&](const std::vector<std::uint8_t>& from) {
    const ModelBytes aligned(from);
    return open_edge_model(aligned, "test").arena_bytes();
  };
  EXPECT_LT(arena(small) * 3, arena(file));
}

TEST(Quantize, needs_recordings) {
  const Model model = test::worn(test::card_of(kTinyAlone));
  EXPECT_THROW(quantize(edge_graph(model), model.card, {}), Error);
}

}  // namespace
}  // namespace liteheart
