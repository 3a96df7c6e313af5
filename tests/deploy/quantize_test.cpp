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
#include "ecg/leads.h"
#include "edge/network.h"
#include "nn/worn.h"

namespace liteheart {
namespace {

ModelCard card_of(const std::string& network, bool restored) {
  ModelCard card;
  card.conditioning = edge::compact_100();
  card.backbone = backbone_preset(network);
  card.backbone.strides = preset_strides(card.conditioning);
  card.backbone.leads = 1;
  if (restored) {
    card.restoration = restoration_preset("tiny");
    card.restoration->measured = card.leads;
    card.backbone.leads = kLeads;
  }
  for (int i = 0; i < 5; ++i) card.classes.push_back({std::to_string(i), "D", "d", true, {}});
  card.backbone.classes = 5;
  return card;
}

/// Waves and spikes of a few tenths of mV, each window another.
std::vector<float> windows(std::size_t count) {
  std::minstd_rand random(3);
  std::vector<float> x(count * 1024);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto t = static_cast<double>(i % 1024), w = static_cast<double>(i / 1024);
    x[i] = static_cast<float>(0.2 * std::sin(t / (7 + w)) +
                              std::exp(-std::pow(std::fmod(t, 83) - 40, 2) / 5) +
                              0.02 * (static_cast<double>(random() % 1000) / 500 - 1));
  }
  return x;
}

Model worn(const ModelCard& card) {
  Model model = Model::create(card, 11);
  if (card.restoration) test::wear(*model.restoration);
  test::wear(*model.backbone);
  return model;
}

std::vector<float> logits(const EdgeGraph& graph, const ModelCard& card, std::span<const float> x,
                          const edge::Kernels& kernels) {
  return edge_engine(edge_bytes(graph, card), "test", kernels)->run(x, false).logits;
}

/// Power of the signal over that of the difference, in dB; both without what all windows share.
double signal_to_noise(const std::vector<float>& expected, const std::vector<float>& got) {
  double signal = 0, noise = 0;
  for (std::size_t c = 0; c < 5; ++c) {
    double mean = 0;
    for (std::size_t i = c; i < expected.size(); i += 5) mean += expected[i];
    mean /= static_cast<double>(expected.size() / 5);
    for (std::size_t i = c; i < expected.size(); i += 5) {
      signal += std::pow(expected[i] - mean, 2);
      noise += std::pow(got[i] - expected[i], 2);
    }
  }
  return 10 * std::log10(signal / noise);
}

class Quantized : public testing::TestWithParam<const char*> {};

TEST_P(Quantized, says_nearly_the_same_and_on_every_kernel_path_exactly_the_same) {
  for (const bool restored : {true, false}) {
    const Model model = worn(card_of(GetParam(), restored));
    const EdgeGraph floats = edge_graph(model);
    const auto x = windows(24);
    const EdgeGraph bytes = quantize(floats, model.card, std::span(x).first(12 * 1024));
    const auto expected = logits(floats, model.card, x, edge::best_kernels());
    const auto got = logits(bytes, model.card, x, edge::best_kernels());
    // Random weights answer little to what they see, and much to how it is rounded.
    EXPECT_GT(signal_to_noise(expected, got), 5) << "restored " << restored;
    const edge::Kernels* paths[8];
    const std::size_t count = edge::kernel_paths(paths, 8);
    const auto two = std::span(x).first(2 * 1024);
    for (std::size_t p = 0; p < count; ++p) {
      const auto own = logits(bytes, model.card, two, *paths[p]);
      EXPECT_TRUE(std::equal(own.begin(), own.end(), got.begin())) << paths[p]->name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, Quantized,
                         testing::Values("student-tiny", "student-small", "student-base"),
                         [](const auto& name) {
                           std::string s = name.param;
                           return s.substr(s.find('-') + 1);
                         });

TEST(Quantize, is_not_led_astray_by_one_wild_recording) {
  const Model model = worn(card_of("student-tiny", true));
  const EdgeGraph floats = edge_graph(model);
  auto x = windows(120);
  const auto tame = std::span(x).subspan(1024, 20 * 1024);
  const auto expected = logits(floats, model.card, tame, edge::best_kernels());
  const auto heard = [&] {
    const EdgeGraph bytes = quantize(floats, model.card, x);
    return signal_to_noise(expected, logits(bytes, model.card, tame, edge::best_kernels()));
  };
  const double without = heard();
  for (std::size_t i = 0; i < 1024; ++i) x[i] *= 500;
  EXPECT_GT(heard(), without - 2);
}

TEST(Quantize, makes_a_file_a_quarter_the_size_that_needs_less_memory) {
  const Model model = worn(card_of("student-tiny", true));
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
  const Model model = worn(card_of("student-tiny", false));
  EXPECT_THROW(quantize(edge_graph(model), model.card, {}), Error);
}

}  // namespace
}  // namespace liteheart
