// `liteheart experiment`: run, interrupted in every way, repeated, and asked for what cannot be.
#include <gtest/gtest.h>

#include "cli/study.h"

namespace liteheart::test {
namespace {

namespace fs = std::filesystem;

class ExperimentProgram : public Scratch {
 protected:
  /// Two methods of one short epoch on the study's recordings; `changed`: further lines.
  void write_file(const std::string& prepare = "",
                  const std::string& settings = "epochs = 1") const {
    write_bytes(folder / "tiny.toml", R"(title = "A tiny table"
compare = "liteheart"
[data.simulated]
source = "simulated"
prepare = ["--normalization", "fixed-gain", "--split", "patient", "--min-positives", "10")" +
                                          prepare + R"(]
[settings]
)" + settings + R"(
[protocols.all-labels]
data = "simulated"
teacher = { network = "student-tiny", strides = "4-4-4" }
[methods.baseline]
[methods.liteheart]
distil = true
)");
  }

  std::vector<std::string> command(std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"experiment", folder / "tiny.toml",
                                      "--out",      folder / "out",
                                      "--source",   "simulated=" + Study::get().recordings,
                                      "--jobs",     "2"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  /// The same experiment, whose protocol is called otherwise.
  static std::string with_other_names(std::string text) {
    const std::string old = "protocols.all-labels";
    return text.replace(text.find(old), old.size(), "protocols.every-label");
  }

  /// The folder of the one cell of `method`.
  fs::path cell(const std::string& method) const {
    const fs::path folder_of_method = folder / "out/cells/all-labels" / method;
    for (const auto& entry : fs::directory_iterator(folder_of_method)) return entry.path();
    throw std::runtime_error("no cell of " + method);
  }

  void expect_whole_tables() const {
    const std::string csv = read_bytes(folder / "out/tiny.csv"),
                      page = read_bytes(folder / "out/tiny.md");
    for (const char* const method : {"teacher", "baseline", "liteheart"})
      EXPECT_EQ(lines_with(csv, std::string(",") + method + ",1,simulated,,macro_auc,").size(), 1u)
          << csv;
    EXPECT_EQ(page.find(" of 1 |"), std::string::npos) << page;  // nothing is missing
    EXPECT_NE(page.find(kNotAMedicalDevice), std::string::npos);
    EXPECT_NE(read_bytes(folder / "out/tiny.svg").find("<svg"), std::string::npos);
  }
};

TEST_F(ExperimentProgram, RunsItsCommandsOnceAndMakesItsTables) {
  write_file();
  const Outcome planned = liteheart(command({"--dry-run"}));
  EXPECT_EQ(planned.exit_code, 0) << planned.err;
  EXPECT_NE(planned.out.find("3 cells by 7 commands: 1 data sets, 1 teachers, 2 students"),
            std::string::npos)
      << planned.out;
  const Outcome chosen = liteheart(command({"--dry-run", "--only", "liteheart/,baseline/"}));
  EXPECT_NE(chosen.out.find("by 6 commands: 1 data sets, 1 teachers, 2 students"),
            std::string::npos)
      << chosen.out << chosen.err;
  EXPECT_FALSE(fs::exists(folder / "out"));

  const Outcome first = liteheart(command());
  ASSERT_EQ(first.exit_code, 0) << first.err << first.out;
  EXPECT_EQ(lines_with(first.out, "done  ").size(), 7u) << first.out;
  expect_whole_tables();
  const auto trained = fs::last_write_time(cell("baseline") / "model.safetensors");

  const Outcome again = liteheart(command());
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_TRUE(lines_with(again.out, "done  ").empty()) << again.out;
  EXPECT_NE(again.out.find("7 of 7 steps are complete already"), std::string::npos) << again.out;
  EXPECT_EQ(fs::last_write_time(cell("baseline") / "model.safetensors"), trained);

  // A training's command, run alone by hand, is the same training.
  const std::string by_hand = read_bytes(cell("liteheart") / "command.txt");
  EXPECT_NE(by_hand.find(
                "distil --restoration tiny --epochs 1 --measured_share 0.5 --threads 1 --teacher"),
            std::string::npos)
      << by_hand;

  // Into a page.
  write_bytes(folder / "page.md", "<!-- experiment tiny -->\n<!-- /experiment tiny -->\n");
  const Outcome summary = liteheart(command({"--summary", "--into", folder / "page.md"}));
  EXPECT_EQ(summary.exit_code, 0) << summary.err;
  EXPECT_EQ(lines(summary.out).size(), 1u) << summary.out;  // the page's name: nothing was run
  EXPECT_NE(read_bytes(folder / "page.md").find("A tiny table"), std::string::npos);

  // Other labels in the file's words, but the same trainings.
  write_bytes(folder / "tiny.toml", with_other_names(read_bytes(folder / "tiny.toml")));
  const Outcome renamed = liteheart(command());
  EXPECT_NE(renamed.out.find("7 of 7 steps are complete already"), std::string::npos)
      << renamed.out << renamed.err;
}

TEST_F(ExperimentProgram, KilledInTheMiddleItContinues) {
  write_file("", "epochs = 2\ncheckpoint_minutes = 0.00001");
  {
    Process first(command());
    ASSERT_TRUE(first.prints("all-labels/teacher: validation"));
    first.send(SIGKILL);
    EXPECT_EQ(first.wait().exit_code, 128 + SIGKILL);
  }
  const Outcome second = liteheart(command());
  EXPECT_EQ(second.exit_code, 0) << second.err << second.out;
  EXPECT_TRUE(lines_with(second.out, "done  all-labels/teacher: ").empty()) << second.out;
  expect_whole_tables();
}

TEST_F(ExperimentProgram, StoppedByCtrlCItsTrainingsLeaveCheckpointsAndItContinues) {
  write_file("", "epochs = 30\npatience = 100");
  Process first(command());
  ASSERT_TRUE(first.prints("done  data simulated"));
  while (!fs::exists(folder / "out/cells/all-labels/baseline") ||
         read_bytes(cell("baseline") / "log.txt").find("epoch   1/30") == std::string::npos)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  first.send(SIGINT);
  const Outcome stopped = first.wait();
  EXPECT_TRUE(fails_clearly(stopped, {"stopped on request", "the same command continues"}));
  EXPECT_TRUE(fs::exists(cell("baseline") / "last.safetensors"));
  EXPECT_NE(read_bytes(cell("baseline") / "log.txt").find("stopped on request"), std::string::npos);
}

TEST_F(ExperimentProgram, BesideAnotherInTheSameFolderIsRefused) {
  write_file("", "epochs = 30\npatience = 100");
  Process first(command());
  ASSERT_TRUE(first.prints("done  data simulated"));
  EXPECT_TRUE(fails_clearly(liteheart(command()), {"another experiment is writing here"}));
}

TEST_F(ExperimentProgram, AClassWithoutPositivesStopsItBeforeTheFirstEpoch) {
  write_file(R"(, "--classes", "NSR,WPW")");
  const Outcome outcome = liteheart(command());
  EXPECT_TRUE(fails_clearly(outcome, {"no positives of WPW", "to train on"}));
  EXPECT_FALSE(fs::exists(folder / "out/teachers"));
}

TEST_F(ExperimentProgram, AFailingCellDoesNotStopTheOthers) {
  write_file();
  const std::string text = read_bytes(folder / "tiny.toml");
  write_bytes(folder / "tiny.toml", text + "[methods.odd]\nsettings = { strides = \"7-7-7\" }\n");
  const Outcome outcome = liteheart(command());
  EXPECT_TRUE(fails_clearly(
      outcome, {"failed: all-labels/odd/seed-1; left out", "all-labels/odd/seed-1 on simulated"}));
  EXPECT_NE(outcome.out.find("product divides the window"), std::string::npos) << outcome.out;
  EXPECT_EQ(lines_with(outcome.out, "done  ").size(), 7u) << outcome.out;
}

TEST_F(ExperimentProgram, SaysWhatIsMissingOrMisspelt) {
  write_file();
  write_bytes(folder / "wrong.toml",
              read_bytes(folder / "tiny.toml") + "[methods.other]\nlike = \"litehart\"\n");
  EXPECT_TRUE(fails_clearly(liteheart({"experiment", folder / "wrong.toml"}),
                            {"no method is called 'litehart'", "did you mean 'liteheart'?"}));
  const Outcome no_source =
      liteheart({"experiment", folder / "tiny.toml", "--out", folder / "out"});
  EXPECT_TRUE(fails_clearly(no_source, {"source simulated", "--source simulated=FOLDER"}));
  EXPECT_TRUE(fails_clearly(
      liteheart({"experiment", folder / "tiny.toml", "--dry-run", "--source",
                 "simulatd=" + folder.string(), "--out", folder / "out"}),
      {"--source simulatd=", "no data set is made of it", "did you mean 'simulated'?"}));
  EXPECT_TRUE(
      fails_clearly(liteheart(command({"--only", "baseline/,nothing"})), {"--only nothing"}));
  EXPECT_TRUE(fails_clearly(liteheart({"experiment", folder / "tiny.toml", "--source",
                                       "simulated=" + (folder / "nowhere").string()}),
                            {"nowhere", "is not there"}));
}

}  // namespace
}  // namespace liteheart::test
