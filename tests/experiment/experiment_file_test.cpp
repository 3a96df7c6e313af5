// What an experiment file may say, and what it is told where it may not.
#include "experiment/experiment_file.h"

#include <gtest/gtest.h>

#include "experiment/experiment_text.h"

namespace liteheart::test {
namespace {

/// Whether `text` has every part.
testing::AssertionResult says(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts)
    if (text.find(part) == std::string::npos)
      return testing::AssertionFailure() << "no '" << part << "' in: " << text;
  return testing::AssertionSuccess();
}

TEST_F(ExperimentFiles, GiveProtocolsMethodsAndSettingsInTheirOrder) {
  const Experiment e = read(kExperiment);
  EXPECT_EQ(e.name, "table");
  EXPECT_EQ(e.title, "A table");
  EXPECT_EQ(e.baseline, "baseline");  // the first that needs no teacher
  ASSERT_EQ(e.methods.size(), 3u);
  EXPECT_EQ(e.methods[0].name, "baseline");
  EXPECT_EQ(e.methods[2].name, "liteheart");
  EXPECT_EQ(e.protocols[0].teacher->data, "hospital");
  EXPECT_EQ(e.protocols[0].teacher->settings.applied_to({}).epochs, 8);
}

TEST_F(ExperimentFiles, AMethodLikeAnotherTakesItsSettingsAndChangesSome) {
  const Method liteheart = read(kExperiment).methods[2];
  EXPECT_TRUE(liteheart.distil);
  const TrainConfig config = liteheart.settings.applied_to(distil_defaults());
  EXPECT_EQ(config.restoration, "tiny");
  EXPECT_EQ(config.weight_pseudo, 0);
}

TEST_F(ExperimentFiles, NameTheLineAndTheNearestNameOfWhatTheyMisspell) {
  EXPECT_TRUE(says(error(with(kExperiment, "labelled = 0.1", "labeled = 0.1")),
                   {"table.toml line 14", "'labeled'", "did you mean 'labelled'?"}));
  EXPECT_TRUE(says(error(with(kExperiment, "like = \"logit\"", "like = \"logits\"")),
                   {"table.toml line 24", "no method is called 'logits'", "'logit'?"}));
  EXPECT_TRUE(says(error(with(kExperiment, "data = \"hospital\"", "data = \"hospitl\"")),
                   {"table.toml line 13", "no data set is called 'hospitl'", "'hospital'?"}));
  EXPECT_TRUE(says(error(with(kExperiment, "compare = \"liteheart\"", "compare = \"litehart\"")),
                   {"table.toml line 3", "no method is called 'litehart'", "'liteheart'?"}));
  EXPECT_TRUE(says(error(with(kExperiment, "seeds =", "pooled = \"few-labels\"\nseeds =")),
                   {"table.toml line 2", "'few-labels' is a protocol's name"}));
  EXPECT_TRUE(says(error(with(kExperiment, "seeds =", "seed =")),
                   {"table.toml line 2", "'seed'", "did you mean 'seeds'?"}));
  EXPECT_TRUE(says(error(with(kExperiment, "distil = true", "distill = true")),
                   {"table.toml line 20", "did you mean 'distil'?"}));
}

TEST_F(ExperimentFiles, SayWhatIsOfTheWrongKind) {
  EXPECT_TRUE(says(error(with(kExperiment, "epochs = 10", "epochs = \"ten\"")),
                   {"table.toml line 10", "'epochs' wants a whole number"}));
  EXPECT_TRUE(says(error(with(kExperiment, "[1, 2]", "\"all\"")),
                   {"table.toml line 2", "'seeds' wants whole numbers"}));
  EXPECT_TRUE(says(error(with(kExperiment, "epochs = 10", "epochs = ")), {"table.toml line 10"}));
}

TEST_F(ExperimentFiles, RefuseSettingsThatTheExperimentGivesItself) {
  EXPECT_TRUE(says(error(with(kExperiment, "epochs = 10", "seed = 10")),
                   {"line 10", "'seed' is not a setting of an experiment", "seeds = [1, 2]"}));
}

TEST_F(ExperimentFiles, RefuseASeedThatIsListedTwice) {
  EXPECT_TRUE(says(error(with(kExperiment, "[1, 2]", "[1, 2, 1]")),
                   {"table.toml line 2", "seed 1 is listed twice"}));
}

TEST_F(ExperimentFiles, RefuseWhatNeedsATeacherWhereThereIsNone) {
  EXPECT_TRUE(says(error(with(kExperiment, "[methods.baseline]",
                              "[methods.baseline]\nsettings = { weight_logit = 1 }")),
                   {"line 18", "'weight_logit' needs a teacher", "distil = true"}));
  EXPECT_TRUE(
      says(error(with(kExperiment, "teacher = { network = \"student-base\", epochs = 8 }\n", "")),
           {"line 12", "protocol 'few-labels' has no teacher", "method 'logit'"}));
}

TEST_F(ExperimentFiles, RefuseMethodsThatAreLikeEachOther) {
  EXPECT_TRUE(
      says(error(with(kExperiment, "[methods.logit]", "[methods.logit]\nlike = \"liteheart\"")),
           {"is like itself"}));
}

TEST_F(ExperimentFiles, TheReducedFormChangesWhatItSays) {
  const std::string text = std::string(kExperiment) + R"(
[grid]
lead = ["I", "II", "I,V1"]

[quick]
seeds = [7]
methods = ["baseline"]
settings = { epochs = 1 }
prepare = ["--most", "100"]
grid = { lead = ["II"] }
)";
  EXPECT_EQ(read(text).axes[0].values.size(), 3u);
  const Experiment quick = read(text, true);
  EXPECT_EQ(quick.name, "table-quick");
  EXPECT_EQ(quick.seeds, (std::vector<std::uint64_t>{7}));
  EXPECT_EQ(quick.methods.size(), 1u);
  EXPECT_EQ(quick.data[0].prepare.back(), "100");
  EXPECT_EQ(quick.axes[0].values[0].name, "II");
  EXPECT_EQ(expand({quick}, JobFolders()).jobs[1].config.epochs, 1);  // the teacher's too
  EXPECT_TRUE(says(error(kExperiment, true), {"has no reduced form", "[quick]"}));
  EXPECT_TRUE(says(error(with(text, "lead = [\"II\"]", "lead = [\"III\"]"), true),
                   {"no value is called 'III'", "'II'?"}));
}

}  // namespace
}  // namespace liteheart::test
