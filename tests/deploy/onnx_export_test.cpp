// The ONNX graph: by ONNX's own checker, and against libtorch where ONNX Runtime is installed.
#include "deploy/onnx_export.h"

#include <gtest/gtest.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <map>
#include <nlohmann/json.hpp>

#include "deploy/exported.h"
#include "deploy/onnx_runtime.h"
#include "eval/report.h"

namespace liteheart {
namespace {

using test::difference, test::worn;

/// A model whose every class has a calibration of its own.
Model calibrated(const test::Exported& exported) {
  ModelCard card = card_of(exported);
  for (std::size_t c = 0; c < card.classes.size(); ++c) {
    card.decision.threshold.push_back(0.01F * static_cast<float>(c + 1));
    card.decision.slope.push_back(0.5F + 0.1F * static_cast<float>(c));
    card.decision.intercept.push_back(0.2F * static_cast<float>(c) - 2);
  }
  card.not_judged = {"3"};
  card.provenance = {{"data", "none"}};
  return worn(card);
}

onnx::ModelProto parsed(const std::string& bytes) {
  onnx::ModelProto file;
  EXPECT_TRUE(file.ParseFromString(bytes));
  return file;
}

/// "window [N, 1, 1024]" of each value.
template <class Values>
std::vector<std::string> shapes(const Values& values) {
  std::vector<std::string> all;
  for (const auto& value : values) {
    EXPECT_EQ(value.type().tensor_type().elem_type(), onnx::TensorProto::FLOAT);
    std::string text = value.name() + " [";
    for (const auto& d : value.type().tensor_type().shape().dim())
      text += (text.back() == '[' ? "" : ", ") +
              (d.has_dim_param() ? d.dim_param() : std::to_string(d.dim_value()));
    all.push_back(text + "]");
  }
  return all;
}

class OnnxExport : public testing::TestWithParam<test::Exported> {};

TEST_P(OnnxExport, passes_the_checker_with_the_shapes_it_declares) {
  const Model model = calibrated(GetParam());
  onnx::ModelProto file = parsed(onnx_bytes(model));
  EXPECT_NO_THROW(onnx::checker::check_model(file));
  // Strict: types, every operator's shapes and the declared outputs must agree.
  EXPECT_NO_THROW(onnx::shape_inference::InferShapes(file, onnx::OpSchemaRegistry::Instance(),
                                                     {true, 1, true}));
  const auto text = [](const char* name, std::int64_t rows, std::int64_t columns = 0) {
    return columns == 0 ? fmt::format("{} [N, {}]", name, rows)
                        : fmt::format("{} [N, {}, {}]", name, rows, columns);
  };
  const std::int64_t window = model.card.conditioning.window;
  std::vector<std::string> outputs = {text("logits", 19), text("probabilities", 19)};
  if (model.card.restoration) outputs.push_back(text("restored", kLeads, window));
  EXPECT_EQ(
      shapes(file.graph().input()),
      std::vector{text("window", static_cast<std::int64_t>(model.card.leads.size()), window)});
  EXPECT_EQ(shapes(file.graph().output()), outputs);
}

TEST_P(OnnxExport, gives_what_libtorch_gives_in_onnx_runtime) {
  const auto library = find_onnx_runtime(LITEHEART_SOURCE_DIR "/build/peers");
  if (library.empty()) GTEST_SKIP() << "needs ONNX Runtime, which ./run bench installs";
  torch::NoGradGuard no_grad;
  Model model = calibrated(GetParam());
  const auto leads = static_cast<std::int64_t>(model.card.leads.size());
  const std::int64_t time = model.card.conditioning.window;
  const OnnxRuntime runtime(library);
  const OnnxSession session(runtime, onnx_bytes(model));
  for (const std::int64_t count : {1, 3}) {
    SCOPED_TRACE(count);
    torch::manual_seed(3);
    const torch::Tensor x = torch::randn({count, leads, time});
    const ModelOutput expected = model.forward(x);
    const auto tensor = [&](const torch::Tensor& t) {
      return OnnxTensor(runtime, {t.data_ptr<float>(), static_cast<std::size_t>(t.numel())},
                        t.sizes().vec());
    };
    const torch::Tensor logits = torch::empty({count, 19}),
                        probabilities = torch::empty({count, 19}),
                        restored = torch::empty({count, kLeads, time});
    const char* const names[] = {"logits", "probabilities", "restored"};
    const OnnxTensor outputs[] = {tensor(logits), tensor(probabilities), tensor(restored)};
    const std::size_t given = model.card.restoration ? 3 : 2;
    session.run("window", tensor(x), {names, given}, {outputs, given});
    EXPECT_LT(difference(logits, expected.backbone.logits), 1e-5);
    const torch::Tensor calibrated_logits = logits * torch::tensor(model.card.decision.slope) +
                                            torch::tensor(model.card.decision.intercept);
    EXPECT_LT(difference(probabilities, torch::sigmoid(calibrated_logits)), 1e-5);
    if (given == 3) {
      EXPECT_LT(difference(restored, expected.restored), 1e-5);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, OnnxExport, testing::ValuesIn(test::kExported),
                         [](const auto& shape) { return shape.param.name; });

TEST(OnnxFile, carries_what_a_prediction_depends_on_in_its_metadata) {
  const Model model = calibrated(test::kExported[0]);
  const onnx::ModelProto file = parsed(onnx_bytes(model));
  std::map<std::string, std::string> metadata;
  for (const auto& entry : file.metadata_props()) metadata[entry.key()] = entry.value();
  EXPECT_EQ(metadata["leads"], "I");
  EXPECT_EQ(metadata["disclaimer"], kDisclaimer);
  const auto conditioning = nlohmann::json::parse(metadata["conditioning"]);
  EXPECT_EQ(conditioning.at("rate_hz"), 100);
  EXPECT_EQ(conditioning.at("window"), 1024);
  EXPECT_EQ(conditioning.at("normalization"), "fixed-gain");
  EXPECT_EQ(nlohmann::json::parse(metadata["provenance"]), model.card.provenance);
  const auto classes = nlohmann::json::parse(metadata["classes"]);
  ASSERT_EQ(classes.size(), 19u);
  EXPECT_EQ(classes[4].at("code"), "4");
  EXPECT_EQ(classes[4].at("abbreviation"), "D4");
  EXPECT_EQ(classes[4].at("name"), "diagnosis");
  EXPECT_FLOAT_EQ(classes[4].at("threshold"), 0.05F);
  EXPECT_FLOAT_EQ(classes[4].at("slope"), 0.9F);
  EXPECT_FLOAT_EQ(classes[4].at("intercept"), -1.2F);
  EXPECT_EQ(classes[4].at("judged"), true);
  EXPECT_EQ(classes[3].at("judged"), false);
}

TEST(OnnxFile, gives_plain_probabilities_where_nothing_was_calibrated) {
  const onnx::ModelProto file = parsed(onnx_bytes(worn(card_of(test::kExported[0]))));
  const auto& last = file.graph().node(file.graph().node_size() - 1);
  EXPECT_EQ(last.op_type(), "Sigmoid");
  EXPECT_EQ(last.input(0), "logits");
}

}  // namespace
}  // namespace liteheart
