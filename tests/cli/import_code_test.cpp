// The real CODE checkpoint against the labels of four real centres. The expected AUCs are those of
// an independent implementation of network and conditioning in NumPy and SciPy.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "cli/study.h"
#include "shared.h"

namespace liteheart::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCentres[] = {"CPSC2018", "CPSC-Extra", "Ningbo", "Chapman-Shaoxing"};

const std::map<std::string, double> kExpectedAuc = {
    {"270492004", 0.92},  // first-degree AV block
    {"713427006", 0.96},  // right bundle branch block
    {"733534002", 0.99},  // left bundle branch block
    {"426177001", 0.98},  // sinus bradycardia
    {"164889003", 0.98},  // atrial fibrillation
    {"427084000", 0.60},  // sinus tachycardia
};

TEST(ImportedCodeModel, SeparatesTheLabelledClassesOfRealRecordings) {
  LITEHEART_NEEDS_SHARED();
  const ScratchFolder scratch;
  const Outcome imported =
      liteheart({"import", (shared() / "checkpoints" / "code_tiny_12lead.pkl").string(), "--out",
                 scratch / "code.safetensors"});
  ASSERT_EQ(imported.exit_code, 0) << imported.err;
  EXPECT_EQ(lines_with(imported.out, "causal attention, 6 classes").size(), 1u) << imported.out;

  std::string split = "record,split\n", classes;
  for (const auto& [code, auc] : kExpectedAuc) classes += (classes.empty() ? "" : ",") + code;
  std::vector<std::string> prepare = {"prepare",
                                      "--out",
                                      scratch / "data",
                                      "--preset",
                                      "paper-500",
                                      "--normalization",
                                      "z-score",
                                      "--classes",
                                      classes,
                                      "--split",
                                      "file:" + (scratch / "split.csv")};
  for (const char* centre : kCentres) {
    const fs::path folder = shared() / "data" / "centres" / centre;
    prepare.push_back(folder.string());
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".hea") split += entry.path().stem().string() + ",test\n";
    }
  }
  write_bytes(scratch / "split.csv", split);
  const Outcome prepared = liteheart(prepare);
  ASSERT_EQ(prepared.exit_code, 0) << prepared.err;

  const Outcome evaluated =
      liteheart({"evaluate", "--data", scratch / "data", "--model", scratch / "code.safetensors",
                 "--bootstrap", "0", "--json", scratch / "report.json"});
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
  const auto report = nlohmann::json::parse(read_bytes(scratch / "report.json"))["model"];
  EXPECT_EQ(report["records"], 267);
  ASSERT_EQ(report["classes"].size(), kExpectedAuc.size());
  for (const auto& one : report["classes"]) {
    const auto expected = kExpectedAuc.find(one["code"].get<std::string>());
    ASSERT_NE(expected, kExpectedAuc.end()) << one["code"];
    EXPECT_NEAR(one["auc"].get<double>(), expected->second, 0.01) << one["name"];
  }
}

TEST(Import, OfAFileThatIsNoStateDictIsRefused) {
  const ScratchFolder scratch;
  write_bytes(scratch / "letter.pkl", "Dear colleague, please find no weights attached.\n");
  const Outcome outcome =
      liteheart({"import", scratch / "letter.pkl", "--out", scratch / "model.safetensors"});
  EXPECT_TRUE(fails_clearly(outcome, {scratch / "letter.pkl"}));
  EXPECT_FALSE(fs::exists(scratch / "model.safetensors"));
}

}  // namespace
}  // namespace liteheart::test
