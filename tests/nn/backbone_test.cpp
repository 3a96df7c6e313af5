#include "nn/backbone.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "nn/weights.h"
#include "nn/worn.h"
#include "scratch.h"

namespace liteheart {
namespace {

constexpr int kClasses = 26;  // those the Challenge scores

/// Parameters of DESIGN's backbone, counted by hand: every convolution and linear layer with a
/// bias.
std::int64_t counted(std::int64_t leads, std::int64_t w, std::int64_t layers,
                     std::int64_t classes) {
  const auto block = [w](std::int64_t in) {
    const std::int64_t two_convolutions = 9 * in * w + w + 9 * w * w + w;
    const std::int64_t two_norms = 4 * w, shortcut = in * w + w;
    return two_convolutions + two_norms + shortcut;
  };
  const std::int64_t attention = (w * 3 * w + 3 * w) + (w * w + w);
  const std::int64_t feed_forward = (w * 4 * w + 4 * w) + (4 * w * w + w);
  const std::int64_t layer = attention + feed_forward + 4 * w;
  return block(leads) + 2 * block(w) + layers * layer + (w * w + w) + (w * classes + classes);
}

std::int64_t parameters(const BackboneShape& shape) {
  std::int64_t count = 0;
  for (const auto& p : Backbone(shape)->parameters()) count += p.numel();
  return count;
}

struct PresetSize {
  const char* name;
  double millions, rounding;  // DESIGN's table
};
constexpr PresetSize kSizes[] = {
    {"student-tiny", 0.26, 0.005}, {"student-small", 1.01, 0.005}, {"student-base", 1.60, 0.005},
    {"teacher-base", 9.5, 0.05},   {"teacher-medium", 50.5, 0.05}, {"teacher-large", 113.5, 0.05},
};

TEST(Backbone, every_preset_has_the_parameters_of_the_design) {
  for (const PresetSize& size : kSizes) {
    SCOPED_TRACE(size.name);
    BackboneShape shape = backbone_preset(size.name);
    shape.classes = kClasses;
    const auto expected = counted(12, shape.width, shape.layers, kClasses);
    EXPECT_NEAR(static_cast<double>(expected) / 1e6, size.millions, size.rounding);

    // The two largest are not made whole: every layer has the parameters of the first.
    const int layers = shape.layers;
    const bool large = shape.width > 256;
    shape.layers = large ? 0 : layers;
    std::int64_t made = parameters(shape);
    if (large) {
      const auto without = made;
      shape.layers = 1;
      made += layers * (parameters(shape) - without);
    }
    EXPECT_EQ(made, expected);
  }
}

/// A small network in use: weights and running statistics that no initialization would give.
Backbone worn_backbone(const BackboneShape& shape) {
  torch::manual_seed(7);
  Backbone net(shape);
  test::wear(*net);
  return net;
}

BackboneShape small_shape(bool causal) {
  BackboneShape shape;
  shape.width = 32;
  shape.layers = 2;
  shape.classes = 5;
  shape.causal = causal;
  return shape;
}

class BackboneForward : public test::Scratch {};

/// Writes weights, input and all outputs, and lets backbone_reference.py compute them anew.
void expect_numpy_agrees(const BackboneShape& shape, const std::filesystem::path& file) {
  torch::NoGradGuard no_grad;
  Backbone net = worn_backbone(shape);
  const torch::Tensor x = torch::randn({2, shape.leads, 512});
  const BackboneOutput out = net->forward(x);
  WeightFile exchange;
  exchange.metadata["shape"] = nlohmann::json{
      {"heads", shape.heads},
      {"strides", shape.strides},
      {"causal", shape.causal}}.dump();
  const auto add = [&](const std::string& name, const torch::Tensor& tensor) {
    exchange.tensors.emplace_back(name, tensor.contiguous());
  };
  for (const auto& item : net->named_parameters()) add("net." + item.key(), item.value());
  for (const auto& item : net->named_buffers()) add("net." + item.key(), item.value());
  add("input", x);
  add("logits", out.logits);
  for (std::size_t i = 0; i < out.blocks.size(); ++i) {
    add("blocks." + std::to_string(i), out.blocks[i].squeeze(2));
  }
  for (std::size_t i = 0; i < out.layers.size(); ++i) {
    add("layers." + std::to_string(i), out.layers[i]);
  }
  write_safetensors(file, exchange);

  const std::string command = "'" LITEHEART_PYTHON "' '" LITEHEART_SOURCE_DIR
                              "/tests/nn/backbone_reference.py' '" +
                              file.string() + "'";
  const int status = std::system(command.c_str());
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 127)
    GTEST_SKIP() << "needs python3 with numpy";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(BackboneForward, agrees_with_numpy_at_full_attention) {
  expect_numpy_agrees(small_shape(false), folder / "full.safetensors");
}

TEST_F(BackboneForward, agrees_with_numpy_at_causal_attention_and_other_strides) {
  BackboneShape shape = small_shape(true);
  shape.strides = {4, 4, 4};
  shape.leads = 3;
  expect_numpy_agrees(shape, folder / "causal.safetensors");
}

/// Largest change of the tokens of the first quarter when the samples of the second half change.
/// The encoder reaches 116 samples far, less than the quarter between.
double change_of_earlier_tokens(bool causal) {
  torch::NoGradGuard no_grad;
  Backbone net = worn_backbone(small_shape(causal));
  const torch::Tensor before = torch::randn({2, 12, 1024});
  torch::Tensor after = before.clone();
  after.slice(2, 512).normal_(0, 3);
  const torch::Tensor a = net->forward(before).layers.back().slice(1, 0, 16);
  const torch::Tensor b = net->forward(after).layers.back().slice(1, 0, 16);
  return (a - b).abs().max().item<double>();
}

TEST(BackboneAttention, of_a_causal_network_never_sees_later_samples) {
  EXPECT_LT(change_of_earlier_tokens(true), 1e-6);
}

TEST(BackboneAttention, of_a_full_network_sees_later_samples) {
  EXPECT_GT(change_of_earlier_tokens(false), 1e-2);
}

TEST(Backbone, output_shapes_are_those_of_the_strides) {
  torch::NoGradGuard no_grad;
  Backbone net = worn_backbone(small_shape(false));
  const BackboneOutput out = net->forward(torch::randn({3, 12, 1024}));
  EXPECT_EQ(out.logits.sizes(), (std::vector<std::int64_t>{3, 5}));
  ASSERT_EQ(out.blocks.size(), 3u);
  EXPECT_EQ(out.blocks[0].sizes(), (std::vector<std::int64_t>{3, 32, 1, 512}));
  EXPECT_EQ(out.blocks[1].sizes(), (std::vector<std::int64_t>{3, 32, 1, 256}));
  EXPECT_EQ(out.blocks[2].sizes(), (std::vector<std::int64_t>{3, 32, 1, 64}));
  ASSERT_EQ(out.layers.size(), 2u);
  EXPECT_EQ(out.layers[1].sizes(), (std::vector<std::int64_t>{3, 64, 32}));
  EXPECT_EQ(out.pooled.sizes(), (std::vector<std::int64_t>{3, 32}));
}

TEST(Backbone, class_maps_are_what_the_classifier_makes_of_a_token_alone) {
  torch::NoGradGuard no_grad;
  Backbone net = worn_backbone(small_shape(false));
  const BackboneOutput out = net->forward(torch::randn({3, 12, 1024}));
  const torch::Tensor maps = net->class_maps(out.layers.back());
  EXPECT_EQ(maps.sizes(), (std::vector<std::int64_t>{3, 5, 64}));
  // Where all tokens are the one that the maximum is, each says what all say together.
  const torch::Tensor alike = out.pooled.unsqueeze(1).expand({3, 64, 32});
  const torch::Tensor said = net->class_maps(alike);
  for (std::int64_t token = 0; token < 64; ++token)
    EXPECT_TRUE(torch::allclose(said.select(2, token), out.logits, 1e-4, 1e-5)) << token;
}

TEST(Architecture, an_unknown_preset_is_an_error_that_lists_the_known_ones) {
  const std::string backbone = test::error_of([] { backbone_preset("student-huge"); });
  for (const PresetSize& size : kSizes) EXPECT_NE(backbone.find(size.name), std::string::npos);
  EXPECT_NE(backbone.find("student-huge"), std::string::npos);
  EXPECT_NE(test::error_of([] { restoration_preset("huge"); }).find("tiny, small, base"),
            std::string::npos);
}

TEST(Architecture, leads_are_parsed_in_any_order_and_spelling_and_written_back) {
  EXPECT_EQ(parse_leads("I"), (std::vector<int>{0}));
  EXPECT_EQ(parse_leads("v1,I,V1"), (std::vector<int>{0, 6}));
  EXPECT_EQ(lead_text(parse_leads("V6,aVF")), "aVF,V6");
  EXPECT_EQ(parse_leads("all").size(), 12u);
  EXPECT_EQ(lead_text(parse_leads("all")), "all");
  for (const char* bad : {"", "I,", "VII", "I;II"}) {
    EXPECT_NE(test::error_of([&] { parse_leads(bad); }).find("twelve leads"), std::string::npos)
        << bad;
  }
}

TEST(Architecture, strides_follow_the_conditioning_preset) {
  EXPECT_EQ(preset_strides(edge::compact_100()), (std::array{2, 2, 4}));
  EXPECT_EQ(preset_strides(edge::paper_500()), (std::array{4, 4, 4}));
}

}  // namespace
}  // namespace liteheart
