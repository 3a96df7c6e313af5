// The real CODE checkpoint against the labels of four real centres. The expected AUCs are those of
// an independent implementation of network and conditioning in NumPy and SciPy.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

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

Outcome import_code(const ScratchFolder& scratch) {
  return liteheart({"import", (shared() / "checkpoints" / "code_tiny_12lead.pkl").string(), "--out",
                    scratch / "code.safetensors"});
}

/// The centres' recordings as the network is given them, all to test on or every other one for
/// training.
Outcome prepare_centres(const ScratchFolder& scratch, bool half_for_training) {
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
  std::set<std::string> records;
  for (const char* centre : kCentres) {
    const fs::path folder = shared() / "data" / "centres" / centre;
    prepare.push_back(folder.string());
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".hea") records.insert(entry.path().stem().string());
    }
  }
  bool train = false;
  for (const std::string& record : records) {
    split += record + (train ? ",train\n" : ",test\n");
    train = half_for_training && !train;
  }
  write_bytes(scratch / "split.csv", split);
  return liteheart(prepare);
}

TEST(ImportedCodeModel, SeparatesTheLabelledClassesOfRealRecordings) {
  LITEHEART_NEEDS_SHARED();
  const ScratchFolder scratch;
  const Outcome imported = import_code(scratch);
  ASSERT_EQ(imported.exit_code, 0) << imported.err;
  EXPECT_EQ(lines_with(imported.out, "causal attention, 6 classes").size(), 1u) << imported.out;
  const Outcome prepared = prepare_centres(scratch, false);
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

// The random weights of other tests answer too little at 500 Hz to say how well bytes do.
TEST(ImportedCodeModel, InBytesLosesNoHalfPointOfAuc) {
  LITEHEART_NEEDS_SHARED();
  const ScratchFolder scratch;
  ASSERT_EQ(import_code(scratch).exit_code, 0);
  ASSERT_EQ(prepare_centres(scratch, true).exit_code, 0);
  const Outcome checked =
      liteheart({"check", scratch / "code.safetensors", scratch / "data", "--best"});
  ASSERT_EQ(checked.exit_code, 0) << checked.err;
  const auto auc = [&](const char* way) {
    const auto lines = lines_with(checked.out, way);
    double macro_auc = -1;
    if (!lines.empty()) {
      const std::size_t after = lines.back().find(" of ");
      int decisions = 0;
      std::istringstream(lines.back().substr(after + 4)) >> decisions >> macro_auc;
    }
    return macro_auc;
  };
  EXPECT_GT(auc("edge fp32"), 0.85) << checked.out;
  EXPECT_GT(auc("edge int8"), auc("edge fp32") - 0.005) << checked.out;
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
