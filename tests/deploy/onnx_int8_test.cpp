// The ONNX graph of bytes: by ONNX's own checker, and against the edge library's where ONNX Runtime
// is installed.
#include "deploy/onnx_int8.h"

#include <gtest/gtest.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <cmath>
#include <random>

#include "deploy/edge_export.h"
#include "deploy/engine.h"
#include "deploy/exported.h"
#include "deploy/onnx_runtime.h"
#include "deploy/quantize.h"
#include "deploy/trees.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

/// Waves and spikes of a few tenths of mV, each window and lead another.
std::vector<float> windows(const ModelCard& card, std::size_t count) {
  std::minstd_rand random(3);
  const auto time = static_cast<std::size_t>(card.conditioning.window);
  std::vector<float> x(count * card.leads.size() * time);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto t = static_cast<double>(i % time), w = static_cast<double>(i / time);
    x[i] = static_cast<float>(0.2 * std::sin(t / (7 + w)) +
                              std::exp(-std::pow(std::fmod(t, 83) - 40, 2) / 5) +
                              0.02 * (static_cast<double>(random() % 1000) / 500 - 1));
  }
  return x;
}

/// Root of the mean square of a - b, in parts of that of b; both without what all windows share.
double noise(const std::vector<float>& a, const std::vector<float>& b, std::size_t classes) {
  double signal = 0, difference = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    double mean = 0;
    for (std::size_t i = c; i < b.size(); i += classes) mean += b[i];
    mean /= static_cast<double>(b.size() / classes);
    for (std::size_t i = c; i < b.size(); i += classes) {
      signal += std::pow(b[i] - mean, 2);
      difference += std::pow(a[i] - b[i], 2);
    }
  }
  return std::sqrt(difference / signal);
}

/// Logits of the same windows, [window, class].
struct Heard {
  std::vector<float> onnx, edge, floats;  // bytes in ONNX Runtime and in the edge library; floats
  std::size_t classes;
};

Heard hear(const std::filesystem::path& library, const Model& model) {
  constexpr std::size_t kWindows = 8;
  const ModelCard& card = model.card;
  auto x = windows(card, kWindows);
  Heard heard = {{}, {}, {}, card.classes.size()};
  heard.onnx.resize(kWindows * heard.classes);
  const OnnxRuntime runtime(library);
  const OnnxSession session(runtime, onnx_int8_bytes(model, x));
  const char* const names[] = {"logits"};
  const OnnxTensor in(runtime, x,
                      {kWindows, static_cast<std::int64_t>(card.leads.size()),
                       static_cast<std::int64_t>(card.conditioning.window)});
  const OnnxTensor out[] = {
      {runtime, heard.onnx, {kWindows, static_cast<std::int64_t>(heard.classes)}}};
  session.run("window", in, names, out);
  const auto logits = [&](const EdgeGraph& graph) {
    return edge_engine(edge_bytes(graph, card), "test", edge::best_kernels())->run(x, false).logits;
  };
  const EdgeGraph floats = edge_graph(model);
  heard.edge = logits(quantize(floats, card, x));
  heard.floats = logits(floats);
  return heard;
}

class OnnxInt8 : public testing::TestWithParam<test::Exported> {};

TEST_P(OnnxInt8, passes_the_checker_and_is_a_third_of_the_size) {
  const Model model = test::worn(test::card_of(GetParam()));
  const std::string bytes = onnx_int8_bytes(model, windows(model.card, 2));
  onnx::ModelProto file;
  ASSERT_TRUE(file.ParseFromString(bytes));
  EXPECT_NO_THROW(onnx::checker::check_model(file));
  EXPECT_NO_THROW(onnx::shape_inference::InferShapes(file, onnx::OpSchemaRegistry::Instance(),
                                                     {true, 1, true}));
  EXPECT_LT(bytes.size() * 3, edge_bytes(model).size());
}

TEST_P(OnnxInt8, says_nearly_what_the_edge_library_says_in_bytes) {
  const auto library = find_onnx_runtime(LITEHEART_SOURCE_DIR "/build/peers");
  if (library.empty()) GTEST_SKIP() << "needs ONNX Runtime, which ./run bench installs";
  const Heard heard = hear(library, test::worn(test::card_of(GetParam())));
  const double own = noise(heard.edge, heard.floats, heard.classes);
  // Weights that nothing has trained answer much to how they are rounded; ONNX rounds a little more
  // often than the edge library, at the same scales.
  EXPECT_LT(noise(heard.onnx, heard.edge, heard.classes), 1.15 * own);
  EXPECT_LT(noise(heard.onnx, heard.floats, heard.classes), 1.35 * own);
}

INSTANTIATE_TEST_SUITE_P(Shapes, OnnxInt8,
                         testing::Values(test::kExported[0], test::kExported[3],
                                         test::kExported[5]),
                         [](const auto& shape) { return shape.param.name; });

TEST(OnnxInt8File, says_what_the_shipped_model_says_but_for_a_fifth_of_what_windows_differ_by) {
  const auto library = find_onnx_runtime(LITEHEART_SOURCE_DIR "/build/peers");
  if (library.empty()) GTEST_SKIP() << "needs ONNX Runtime, which ./run bench installs";
  const Heard heard =
      hear(library,
           network_alone(load_model(LITEHEART_SOURCE_DIR "/models/liteheart-lead-i.safetensors")));
  EXPECT_LT(noise(heard.onnx, heard.edge, heard.classes), 0.2);
  EXPECT_LT(noise(heard.onnx, heard.floats, heard.classes), 0.2);
}

TEST(OnnxInt8File, needs_recordings) {
  EXPECT_THROW(onnx_int8_bytes(test::worn(test::card_of(test::kExported[0])), {}), Error);
}

}  // namespace
}  // namespace liteheart
