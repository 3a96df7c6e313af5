// Edge model files as the program opens them, from hands that may be careless or hostile.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "deploy/engine.h"
#include "edge/small_model.h"
#include "scratch.h"

namespace liteheart {
namespace {

class EdgeEngine : public test::Scratch {
 protected:
  std::filesystem::path write(const std::string& name, const std::vector<std::uint8_t>& bytes) {
    test::write_bytes(folder / name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return folder / name;
  }
  /// What the program takes of a model's provenance.
  nlohmann::json provenance(const std::string& text) {
    const auto model = test::small_edge_model(64, test::kToomWeights, false, {0}, text);
    return open_edge_engine(write("model.lhm", model), 1)->card().provenance;
  }
};

TEST_F(EdgeEngine, tells_a_model_by_its_name_or_by_what_it_holds) {
  const auto downloaded = write("downloaded", test::small_edge_model());
  EXPECT_TRUE(is_edge_model(downloaded));
  EXPECT_EQ(open_edge_engine(downloaded, 1)->card().classes.size(), 2u);
  EXPECT_TRUE(is_edge_model(folder / "not-there.lhm"));
  EXPECT_FALSE(is_edge_model(write("other", {1, 2, 3})));
  EXPECT_FALSE(is_edge_model(folder / "not-there"));
}

TEST_F(EdgeEngine, names_the_version_that_it_cannot_read) {
  auto model = test::small_edge_model();
  model[7] = '9';
  const auto file = write("newer.lhm", model);
  const std::string error = test::error_of([&] { open_edge_engine(file, 1); });
  EXPECT_NE(error.find("newer.lhm"), std::string::npos) << error;
  EXPECT_NE(error.find("version '9'"), std::string::npos) << error;
}

TEST_F(EdgeEngine, keeps_a_provenance_as_a_training_writes_it) {
  const std::string text = R"({"licence": "CC-BY-4.0", "configuration": {"seeds": [1]}})";
  EXPECT_EQ(provenance(text), nlohmann::json::parse(text));
}

TEST_F(EdgeEngine, leaves_out_what_is_nested_without_end) {
  constexpr int kDeep = 1'000'000;
  const auto kept = provenance(R"({"licence": "CC-BY-4.0", "x": )" + std::string(kDeep, '[') +
                               std::string(kDeep, ']') + "}");
  EXPECT_EQ(kept.value("licence", ""), "CC-BY-4.0");
  EXPECT_LT(kept.dump().size(), 200u);
}

TEST_F(EdgeEngine, does_without_a_provenance_that_is_no_object) {
  for (const char* text : {"", "[1]", "{\"licence\": ", "\xFF\xFE"}) {
    const auto kept = provenance(text);
    EXPECT_TRUE(kept.is_object() && kept.empty()) << text;
  }
}

}  // namespace
}  // namespace liteheart
