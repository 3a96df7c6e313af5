// `liteheart export` and `describe`, and that an exported model says what the trained one says.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "cli/study.h"
#include "deploy/onnx_runtime.h"

namespace liteheart::test {
namespace {

using nlohmann::json;

json said_by(const std::string& model, const std::string& restored) {
  const Outcome outcome = liteheart({"diagnose", "--threads", "1", "--json", "--restored", restored,
                                     "--model", model, Study::get().recording()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return json::parse(outcome.out).at(0);
}

TEST(Export, MakesAFileThatSaysWhatTheTrainedModelSays) {
  const ScratchFolder scratch;
  const std::string& model = Study::get().distilled;
  const Outcome outcome = liteheart({"export", model, "--out", scratch / "edge.lhm"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  json trained = said_by(model, scratch / "trained"),
       exported = said_by(scratch / "edge.lhm", scratch / "exported");
  ASSERT_EQ(trained["findings"].size(), exported["findings"].size());
  for (std::size_t i = 0; i < trained["findings"].size(); ++i) {
    json &a = trained["findings"][i], &b = exported["findings"][i];
    EXPECT_NEAR(a["probability"].get<double>(), b["probability"].get<double>(), 1e-5);
    for (const char* key : {"code", "abbreviation", "name", "threshold", "present"})
      EXPECT_EQ(a[key], b[key]) << key;
  }
  EXPECT_EQ(trained["not_judged"], exported["not_judged"]);
  const std::string a = read_bytes(scratch / "trained/alpha00001.mat"),
                    b = read_bytes(scratch / "exported/alpha00001.mat");
  ASSERT_EQ(a.size(), b.size());
  ASSERT_GT(a.size(), 10000u);
  for (std::size_t i = 0; i + 1 < a.size(); i += 2) {
    std::int16_t x = 0, y = 0;
    std::memcpy(&x, &a[i], 2);
    std::memcpy(&y, &b[i], 2);
    ASSERT_LE(std::abs(x - y), 1) << "sample " << i / 2;
  }
}

TEST(Export, WritesBesideTheModelUnlessToldOtherwise) {
  const ScratchFolder scratch;
  std::filesystem::copy_file(Study::get().distilled + "/model.safetensors",
                             scratch / "m.safetensors");
  EXPECT_EQ(liteheart({"export", scratch / "m.safetensors"}).exit_code, 0);
  const Outcome described = liteheart({"describe", scratch / "m.lhm"});
  EXPECT_EQ(described.exit_code, 0) << described.err;
  EXPECT_NE(described.out.find("reads   lead I at 100 Hz, 1024 samples"), std::string::npos)
      << described.out;
  // But for their names and what it takes to run them, both say the same.
  const auto parted = [](const std::string& out) {
    const std::size_t begin = out.find("\nruns    "), end = out.find('\n', begin + 1);
    return std::pair(out.substr(begin, end - begin),
                     out.substr(out.find('\n'), begin - out.find('\n')) + out.substr(end));
  };
  const auto [runs, rest] = parted(described.out);
  const auto [trained_runs, trained] =
      parted(liteheart({"describe", scratch / "m.safetensors"}).out);
  EXPECT_EQ(rest, trained);
  EXPECT_NE(runs.find("in floats (fp32), 69.22 M multiply-adds"), std::string::npos) << runs;
  EXPECT_NE(trained_runs.find("618576 parameters, 69.22 M multiply-adds"), std::string::npos)
      << trained_runs;
}

TEST(Export, WritesTheTargetThatIsAskedForOrThatTheFileIsNamedFor) {
  const ScratchFolder scratch;
  std::filesystem::copy_file(Study::get().distilled + "/model.safetensors",
                             scratch / "m.safetensors");
  EXPECT_EQ(liteheart({"export", scratch / "m.safetensors", "--to", "onnx"}).exit_code, 0);
  EXPECT_EQ(liteheart({"export", scratch / "m.safetensors", "--out", scratch / "n.onnx"}).exit_code,
            0);
  EXPECT_EQ(read_bytes(scratch / "m.onnx"), read_bytes(scratch / "n.onnx"));
  EXPECT_NE(read_bytes(scratch / "m.onnx").find("probabilities"), std::string::npos);
  EXPECT_EQ(liteheart({"export", scratch / "m.safetensors", "--to", "c"}).exit_code, 0);
  EXPECT_NE(read_bytes(scratch / "m.h").find("m_lhm_size"), std::string::npos);
  EXPECT_EQ(liteheart({"export", scratch / "m.safetensors", "--to", "tflite"}).exit_code, 2);

  // A recording that lies there, say, is not lost to a slip of the pen.
  const std::string other = scratch / "watch.csv", contrary = scratch / "n.lhm";
  write_bytes(other, "mine");
  EXPECT_TRUE(fails_clearly(liteheart({"export", scratch / "m.safetensors", "--out", other}),
                            {other, "does not tell the format", ".lhm", "--to"}));
  EXPECT_EQ(read_bytes(other), "mine");
  EXPECT_TRUE(fails_clearly(
      liteheart({"export", scratch / "m.safetensors", "--to", "onnx", "--out", contrary}),
      {contrary, "another format than onnx", ".onnx"}));
}

TEST(Export, InBytesLearnsRangesFromADataSet) {
  const ScratchFolder scratch;
  const std::string& model = Study::get().distilled;
  for (const char* name : {"m.lhm", "m.onnx"}) {
    EXPECT_TRUE(fails_clearly(liteheart({"export", model, "--int8", "--out", scratch / name}),
                              {"--int8", "--data"}));
    EXPECT_EQ(liteheart({"export", model, "--out", scratch / name}).exit_code, 0);
    const std::string floats = read_bytes(scratch / name);
    EXPECT_EQ(
        liteheart({"export", model, "--int8", "--data", Study::get().data, "--out", scratch / name})
            .exit_code,
        0);
    EXPECT_LT(read_bytes(scratch / name).size() * 2, floats.size()) << name;
  }
}

TEST(Export, OfAFolderThatCannotBeWrittenOrAModelThatIsNotThereIsOneClearLine) {
  const ScratchFolder scratch;
  EXPECT_TRUE(fails_clearly(liteheart({"export", scratch / "none.safetensors"}), {"none"}));
  EXPECT_TRUE(fails_clearly(
      liteheart({"export", Study::get().distilled, "--out", scratch / "no/such/folder.lhm"}),
      {"no/such/folder.lhm"}));
}

TEST(Diagnose, RefusesAnEdgeModelThatIsCutOffOrNotOne) {
  const ScratchFolder scratch;
  ASSERT_EQ(liteheart({"export", Study::get().distilled, "--out", scratch / "m.lhm"}).exit_code, 0);
  const std::string bytes = read_bytes(scratch / "m.lhm");
  for (const std::string& damaged : {bytes.substr(0, bytes.size() / 2), std::string("LHM4"),
                                     std::string(100, 'x'), std::string()}) {
    write_bytes(scratch / "cut.lhm", damaged);
    EXPECT_TRUE(fails_clearly(
        liteheart({"diagnose", "--model", scratch / "cut.lhm", Study::get().recording()}),
        {"cut.lhm", "liteheart export"}));
  }
}

TEST(Export, InBytesNeedsRecordingsAndMakesASmallFileThatDiagnoses) {
  const ScratchFolder scratch;
  const std::string& model = Study::get().distilled;
  const Outcome without = liteheart({"export", model, "--int8", "--out", scratch / "m.lhm"});
  EXPECT_EQ(without.exit_code, 1);
  EXPECT_NE(without.err.find("--data"), std::string::npos) << without.err;
  EXPECT_FALSE(std::filesystem::exists(scratch / "m.lhm"));

  const Outcome made = liteheart(
      {"export", model, "--int8", "--data", Study::get().data, "--out", scratch / "m.lhm"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_EQ(liteheart({"export", model, "--out", scratch / "f.lhm"}).exit_code, 0);
  EXPECT_LT(std::filesystem::file_size(scratch / "m.lhm") * 3,
            std::filesystem::file_size(scratch / "f.lhm"));
  const json said = said_by(scratch / "m.lhm", scratch / "restored");
  EXPECT_FALSE(said["findings"].empty());
}

TEST(Check, ComparesEveryWayOfRunningAModel) {
  const Outcome outcome =
      liteheart({"check", Study::get().distilled, Study::get().data, "--best", "--most", "20"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const char* way : {"libtorch", "edge fp32", "edge int8", kNotAMedicalDevice})
    EXPECT_NE(outcome.out.find(way), std::string::npos) << outcome.out;
  EXPECT_EQ(liteheart({"check", Study::get().distilled, "/nowhere"}).exit_code, 1);
}

TEST(Check, RunsOnnxRuntimeWhereItIsInstalled) {
  if (find_onnx_runtime(LITEHEART_SOURCE_DIR "/build/peers").empty())
    GTEST_SKIP() << "needs ONNX Runtime, which ./run bench installs";
  const Outcome outcome =
      liteheart({"check", Study::get().distilled, Study::get().data, "--best", "--most", "5"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("ONNX Runtime 1"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("ONNX Runtime int8"), std::string::npos) << outcome.out;
}

TEST(Check, RunsAModelThatHasNoThresholdsYet) {
  const Outcome outcome =
      liteheart({"check", Study::get().judges_all, Study::get().data, "--best", "--most", "5"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

TEST(Bench, TimesAnEdgeModelAndNothingElse) {
  const ScratchFolder scratch;
  ASSERT_EQ(liteheart({"export", Study::get().distilled, "--out", scratch / "m.lhm"}).exit_code, 0);
  const Outcome outcome = liteheart({"bench", scratch / "m.lhm", "--seconds", "0.01"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("us/window"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("reference"), std::string::npos) << outcome.out;
  const Outcome refused = liteheart({"bench", Study::get().distilled});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("liteheart export"), std::string::npos) << refused.err;
}

}  // namespace
}  // namespace liteheart::test
