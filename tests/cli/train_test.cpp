// `liteheart train` and `liteheart distil`: interrupted, repeated, and asked for what cannot be.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/study.h"

namespace liteheart::test {
namespace {

namespace fs = std::filesystem;

constexpr int kEpochs = 5;

std::vector<std::string> five_epochs(const std::string& out) {
  return {"train",   "--data",     Study::get().data,
          "--out",   out,          "--epochs",
          "5",       "--patience", "100",
          "--batch", "32",         "--threads",
          "1",       "--lead",     "I",
          "--seed",  "3",          "--checkpoint_minutes",
          "0.00001"};
}

/// The model of a training that nothing disturbed.
const std::string& undisturbed_model() {
  static const std::string model = [] {
    const ScratchFolder scratch;
    const Outcome outcome = liteheart(five_epochs(scratch / "out"));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return read_bytes(scratch / "out/model.safetensors");
  }();
  return model;
}

/// Epochs that the log tells of, in its order.
std::vector<int> logged_epochs(const std::string& out) {
  std::vector<int> epochs;
  for (const std::string& line : lines(read_bytes(out + "/log.jsonl"))) {
    const auto entry = nlohmann::json::parse(line);
    if (entry.contains("epoch")) epochs.push_back(entry.at("epoch"));
  }
  return epochs;
}

/// The command once more, without disturbance, ends as if there had never been any.
void expect_continues_to_the_same_end(const std::string& out) {
  const Outcome outcome = liteheart(five_epochs(out));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(lines_with(outcome.out, "epoch   1/5").empty()) << outcome.out;
  EXPECT_EQ(lines_with(outcome.out, "epoch   5/5").size(), 1u) << outcome.out;
  EXPECT_EQ(logged_epochs(out), (std::vector{1, 2, 3, 4, kEpochs}));
  EXPECT_TRUE(read_bytes(out + "/model.safetensors") == undisturbed_model());
}

TEST(Train, StoppedByCtrlCLeavesACheckpointAndTheSameCommandContinues) {
  const ScratchFolder scratch;
  const std::string out = scratch / "out";
  Process process(five_epochs(out));
  ASSERT_TRUE(process.prints("epoch   2/5"));
  process.send(SIGINT);
  const Outcome stopped = process.wait();
  EXPECT_TRUE(fails_clearly(stopped, {out, "the same command continues it"}));
  EXPECT_TRUE(fs::exists(out + "/last.safetensors"));
  EXPECT_FALSE(fs::exists(out + "/model.safetensors"));
  expect_continues_to_the_same_end(out);
}

TEST(Train, KilledAgainAndAgainTheSameCommandContinues) {
  const ScratchFolder scratch;
  const std::string out = scratch / "out";
  for (const char* moment : {"epoch   1/5", "epoch   3/5"}) {
    Process process(five_epochs(out));
    ASSERT_TRUE(process.prints(moment));
    process.send(SIGKILL);
    EXPECT_EQ(process.wait().exit_code, 128 + SIGKILL);
  }
  expect_continues_to_the_same_end(out);
}

TEST(Train, RepeatedAfterItsEndSaysThatItIsComplete) {
  const std::string& out = Study::get().student;
  const std::string before = read_bytes(out + "/model.safetensors");
  const Outcome outcome =
      liteheart(Study::quick({"train", "--data", Study::get().data, "--out", out, "--lead", "I"}));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(lines_with(outcome.out, out + " is complete").size(), 1u) << outcome.out;
  EXPECT_TRUE(read_bytes(out + "/model.safetensors") == before);
}

TEST(Train, LeavesAPageOfItsCurvesBesideItsLog) {
  const std::string page = read_bytes(Study::get().distilled + "/training.html");
  EXPECT_NE(page.find("Training of distilled"), std::string::npos);
  EXPECT_NE(page.find("validation MAP"), std::string::npos);
}

TEST(Train, BesideAnotherOnTheSameFolderIsRefused) {
  const ScratchFolder scratch;
  const std::string out = scratch / "out";
  Process first(five_epochs(out));
  ASSERT_TRUE(first.prints("epoch   2/5"));  // so the first is in the checkpoint
  first.send(SIGSTOP);                       // it may be quicker than the second begins
  EXPECT_TRUE(fails_clearly(liteheart(five_epochs(out)), {out, "another training is writing"}));
  first.send(SIGKILL);
  first.wait();
  expect_continues_to_the_same_end(out);
}

TEST(Train, WithOtherSettingsRefusesTheFolderOfAnEarlierTraining) {
  const std::string& out = Study::get().student;
  const Outcome outcome = liteheart(Study::quick(
      {"train", "--data", Study::get().data, "--out", out, "--lead", "I", "--seed", "2"}));
  EXPECT_TRUE(fails_clearly(outcome, {out, "seed = 1, not 2", "choose another --out"}));
}

TEST(Train, OnAFolderThatIsNoDataSetNamesItAndTheWayToOne) {
  const ScratchFolder scratch;
  const std::string& folder = Study::get().recordings;
  const Outcome outcome = liteheart({"train", "--data", folder, "--out", scratch / "out"});
  EXPECT_TRUE(fails_clearly(outcome, {folder, "not a prepared data set", "liteheart prepare"}));
  EXPECT_FALSE(fs::exists(scratch / "out"));
}

TEST(Train, WithASettingsFileThatNamesATeacherPointsToDistil) {
  const ScratchFolder scratch;
  write_bytes(scratch / "settings.toml", "teacher = \"somewhere\"\n");
  const Outcome outcome = liteheart({"train", "--data", Study::get().data, "--out", scratch / "out",
                                     "--config", scratch / "settings.toml"});
  EXPECT_TRUE(fails_clearly(outcome, {"settings.toml", "liteheart distil"}));
}

TEST(Train, OfALeadThatIsNotThereNamesIt) {
  const ScratchFolder scratch;
  const Outcome outcome =
      liteheart({"train", "--data", Study::get().data, "--out", scratch / "out", "--lead", "V7"});
  EXPECT_TRUE(fails_clearly(outcome, {"V7"}));
}

TEST(Distil, WithoutATeacherSaysHowToMakeOne) {
  const ScratchFolder scratch;
  const Outcome outcome =
      liteheart({"distil", "--data", Study::get().data, "--out", scratch / "out"});
  EXPECT_TRUE(fails_clearly(outcome, {"teacher", "liteheart train --lead all"}));
}

class TeacherOfAnotherKind : public testing::Test {
 protected:
  /// The study's recordings prepared with one setting changed, and its teacher asked to help there.
  Outcome distil_on(const std::vector<std::string>& change) const {
    const Study& study = Study::get();
    std::vector<std::string> prepare = {"prepare", study.recordings, "--out",  scratch_ / "data",
                                        "--split", "patient",        "--quiet"};
    prepare.insert(prepare.end(), change.begin(), change.end());
    const Outcome prepared = liteheart(prepare);
    EXPECT_EQ(prepared.exit_code, 0) << prepared.err;
    return liteheart(Study::quick({"distil", "--data", scratch_ / "data", "--out", scratch_ / "out",
                                   "--teacher", study.teacher}));
  }

 private:
  ScratchFolder scratch_;
};

TEST_F(TeacherOfAnotherKind, ClassesIsRefusedNamingTheClass) {
  const Outcome outcome = distil_on({"--normalization", "fixed-gain", "--classes", "NSR,Brady"});
  EXPECT_TRUE(fails_clearly(outcome, {"teacher", "426627000"}));
}

TEST_F(TeacherOfAnotherKind, ConditioningIsRefused) {
  const Outcome outcome = distil_on({"--normalization", "z-score", "--min-positives", "3"});
  EXPECT_TRUE(fails_clearly(outcome, {"teacher", "condition"}));
}

}  // namespace
}  // namespace liteheart::test
