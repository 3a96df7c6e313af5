// An experiment spread out: what is trained, how often, and what is shared.
#include "experiment/grid.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "experiment/command.h"
#include "experiment/completeness.h"
#include "experiment/experiment_text.h"

namespace liteheart::test {
namespace {

std::size_t count(const Grid& grid, JobKind kind) {
  return static_cast<std::size_t>(std::count_if(grid.jobs.begin(), grid.jobs.end(),
                                                [&](const Job& j) { return j.kind == kind; }));
}

const Job& training(const Grid& grid, const std::string& method, std::uint64_t seed = 1,
                    const std::vector<std::string>& axes = {}) {
  for (const Cell& c : grid.experiments[0].cells)
    if (c.method == method && c.seed == seed && c.axes == axes) return grid.jobs[c.training];
  throw std::runtime_error("no cell of " + method);
}

TEST_F(ExperimentFiles, SpreadOutAreMethodsTimesSeedsWithOneTeacher) {
  const Grid g = grid(kExperiment);
  EXPECT_EQ(count(g, JobKind::kPrepare), 1u);
  EXPECT_EQ(count(g, JobKind::kTeacher), 1u);
  EXPECT_EQ(count(g, JobKind::kStudent), 6u);
  EXPECT_EQ(count(g, JobKind::kEvaluate), 7u);
  EXPECT_EQ(g.experiments[0].cells.size(), 7u);
  for (std::size_t i = 0; i < g.jobs.size(); ++i)
    for (const std::size_t need : g.jobs[i].needs) EXPECT_LT(need, i);
}

TEST_F(ExperimentFiles, TeacherAndStudentTakeTheProtocolsSettings) {
  const Grid g = grid(kExperiment);
  const TrainConfig teacher = training(g, "teacher").config;
  EXPECT_EQ(teacher.lead, "all");
  EXPECT_EQ(teacher.restoration, "none");
  EXPECT_EQ(teacher.epochs, 8);
  EXPECT_EQ(teacher.labelled, 0.1);
  const TrainConfig student = training(g, "liteheart", 2).config;
  EXPECT_EQ(student.epochs, 10);
  EXPECT_EQ(student.labelled, 0.1);
  EXPECT_EQ(student.seed, 2u);
  EXPECT_EQ(student.threads, 1);
}

constexpr const char* kRefined = R"(
[methods.refined]
distil = true
seeds = [2]
settings = { lead = "all", restoration = "none", network = "student-base" }
[methods.from-refined]
like = "logit"
teacher = "refined"
[methods.from-both]
like = "logit"
teacher = ["teacher", "logit"]
start = "logit"
)";

TEST_F(ExperimentFiles, AMethodLearnsFromAnotherOfItsSeedOrOfTheFirst) {
  const Grid g = grid(std::string(kExperiment) + kRefined);
  const Job& refined = training(g, "refined", 2);
  EXPECT_EQ(refined.config.teacher, open_out(training(g, "teacher").folder));
  EXPECT_THROW(training(g, "refined", 1), std::runtime_error);
  for (const std::uint64_t seed : {1, 2})
    EXPECT_EQ(training(g, "from-refined", seed).config.teacher, open_out(refined.folder));
  EXPECT_EQ(training(g, "logit", 2).config.teacher, open_out(training(g, "teacher").folder));
  const Job& both = training(g, "from-both", 1);
  EXPECT_EQ(closed_words({both.config.teacher}, "/out", {})[0],
            "/out/" + training(g, "teacher").folder + ",/out/" + training(g, "logit").folder);
  EXPECT_EQ(both.config.start, open_out(training(g, "logit", 1).folder));
  EXPECT_EQ(count(g, JobKind::kStudent), 11u);
  for (std::size_t i = 0; i < g.jobs.size(); ++i)
    for (const std::size_t need : g.jobs[i].needs) EXPECT_LT(need, i);
}

TEST_F(ExperimentFiles, AMethodMayBeTrainedOnAnotherDataSetAndIsTestedOnTheProtocols) {
  const std::string text = with(kExperiment, "[protocols.few-labels]", R"([data.both]
source = ["hospital", "clinic"]
[methods.adapted]
like = "logit"
data = "both"
start = "logit"
[protocols.few-labels])");
  const Grid g = grid(text);
  const Job &adapted = training(g, "adapted"), &plain = training(g, "logit");
  EXPECT_NE(adapted.data, plain.data);
  EXPECT_EQ(adapted.config.start, open_out(plain.folder));
  EXPECT_EQ(adapted.config.teacher, plain.config.teacher);
  const auto prepared = std::ranges::find(g.jobs, adapted.data, &Job::data);
  EXPECT_EQ(prepared->kind, JobKind::kPrepare);
  const auto classes = std::ranges::find(prepared->words, "--classes");
  ASSERT_NE(classes, prepared->words.end());
  EXPECT_EQ(*(classes + 1), open_classes(plain.data));
  for (const Cell& cell : g.experiments[0].cells)
    EXPECT_EQ(g.jobs[cell.evaluation].data, plain.data) << cell.method;
  EXPECT_NE(error(with(text, "data = \"both\"", "data = \"bath\"")).find("did you mean 'both'"),
            std::string::npos);
}

TEST_F(ExperimentFiles, AMethodMayBeInSomeProtocolsOnly) {
  const std::string text = with(kExperiment, "[methods.logit]",
                                "[protocols.all-labels]\ndata = \"hospital\"\nteacher = {}\n"
                                "[methods.logit]\nprotocols = [\"few-labels\"]");
  const Grid g = grid(text);
  const auto cells = [&](const std::string& method) {
    return std::ranges::count_if(g.experiments[0].cells,
                                 [&](const Cell& c) { return c.method == method; });
  };
  EXPECT_EQ(cells("logit"), 2);
  EXPECT_EQ(cells("baseline"), 4);
  EXPECT_NE(error_of([&] { grid(with(text, "[\"few-labels\"]", "[\"few\"]")); }).find("'few'"),
            std::string::npos);
}

TEST_F(ExperimentFiles, RefuseTeachersThatCannotBe) {
  const std::string text = std::string(kExperiment) + kRefined;
  const auto refused = [&](const std::string& old, const std::string& now) {
    return error_of([&] { grid(with(text, old, now)); });
  };
  EXPECT_NE(refused(R"(teacher = "refined")", R"(teacher = "refind")").find("'refind'"),
            std::string::npos);
  EXPECT_NE(refused("seeds = [2]", R"(teacher = "from-refined")").find("needs itself"),
            std::string::npos);
  EXPECT_NE(refused(R"(lead = "all", )", "").find("cannot be the first teacher of 'from-refined'"),
            std::string::npos);
  EXPECT_NE(
      refused(R"(start = "logit")", "start = \"logit\"\nsettings = { network = \"student-small\" }")
          .find("cannot begin as 'logit' ends"),
      std::string::npos);
}

TEST_F(ExperimentFiles, GiveCommandsThatAShellTakes) {
  const Grid g = grid(kExperiment);
  const Job& job = training(g, "liteheart", 2);
  const auto words = closed_words(job.words, "/out", {});
  EXPECT_EQ(shell_line(words),
            "distil --restoration tiny --labelled 0.1 --seed 2 --epochs 10 --measured_share 0.5 "
            "--threads 1 "
            "--teacher /out/" +
                training(g, "teacher").folder +
                " --weight_correlation 6 --weight_pseudo 0 --weight_restoration 20 "
                "--weight_region_features 0 --weight_region_agreement 0.5 --weight_information 0 "
                "--weight_output_information 1 --true_leads_epochs 2 --data /out/" +
                job.data + " --out /out/" + job.folder);
  EXPECT_EQ(shell_line({"it's", "a b", ""}), R"('it'\''s' 'a b' '')");
  EXPECT_NE(error_of([&] {
              closed_words(g.jobs[0].words, "/out", {});
            }).find("source hospital: is not given; add --source hospital=FOLDER"),
            std::string::npos);
}

TEST_F(ExperimentFiles, AxesMultiplyTheCellsButNotWhatTheyDoNotChange) {
  const Grid g = grid(std::string(kExperiment) + R"(
[grid]
lead = ["I", "II"]
[grid.size.small]
weight_region_features = 0.2
[grid.size.large]
weight_region_features = 0.7
)");
  EXPECT_EQ(g.experiments[0].cells.size(), 1u + 4 * 6);
  // A baseline has no weight of features: its two sizes are one training.
  EXPECT_EQ(count(g, JobKind::kStudent), 2u * (4 + 4 + 2));
  EXPECT_EQ(&training(g, "baseline", 1, {"II", "small"}),
            &training(g, "baseline", 1, {"II", "large"}));
  EXPECT_EQ(training(g, "liteheart", 1, {"II", "large"}).config.weight_region_features, 0.7);
  EXPECT_EQ(training(g, "liteheart", 1, {"II", "large"}).config.lead, "II");
  EXPECT_EQ(count(g, JobKind::kTeacher), 1u);
}

TEST_F(ExperimentFiles, TwoExperimentsShareWhatIsEqual) {
  Experiment one = read(kExperiment), other = one;
  other.name = "other";
  other.methods[0].name = "plain";  // the baseline by another name
  other.methods[1].settings.set("weight_logit", 0.5);
  const Grid g = expand({one, other}, JobFolders());
  EXPECT_EQ(count(g, JobKind::kTeacher), 1u);
  EXPECT_EQ(count(g, JobKind::kStudent), 8u);
  EXPECT_EQ(g.experiments[1].cells[1].training, g.experiments[0].cells[1].training);
}

TEST_F(ExperimentFiles, FurtherTestSetsHaveTheClassesOfTheTraining) {
  const Grid g = grid(std::string(kExperiment) + "\n[test.abroad]\nsource = \"abroad\"\n");
  EXPECT_EQ(g.experiments[0].cells.size(), 14u);
  const auto abroad = std::find_if(g.jobs.begin(), g.jobs.end(),
                                   [](const Job& j) { return j.label == "data abroad"; });
  ASSERT_NE(abroad, g.jobs.end());
  EXPECT_EQ(abroad->needs, (std::vector<std::size_t>{0}));
  EXPECT_EQ(abroad->words[3], open_classes(g.jobs[0].data));
}

TEST_F(ExperimentFiles, WithSettingsThatNoTrainingTakesNameTheCell) {
  const std::string said =
      error_of([&] { grid(with(kExperiment, "epochs = 10", "network = \"student-huge\"")); });
  EXPECT_NE(said.find("few-labels/baseline/seed-1"), std::string::npos) << said;
  EXPECT_NE(said.find("student-tiny"), std::string::npos) << said;
}

TEST_F(ExperimentFiles, AFolderThatIsThereKeepsItsNameWhateverTheExperimentCallsIt) {
  const Grid first = grid(kExperiment);
  const Job& baseline = training(first, "baseline");
  write_job_record(
      [&] {
        std::filesystem::create_directories(folder / "out" / baseline.folder);
        return folder / "out" / baseline.folder;
      }(),
      {baseline.words, {}, 0, true});
  Experiment renamed = read(kExperiment);
  renamed.protocols[0].name = "called-otherwise";
  const Grid second = expand({renamed}, JobFolders(folder / "out"));
  EXPECT_EQ(training(second, "baseline").folder, baseline.folder);
  EXPECT_TRUE(training(second, "logit").folder.starts_with("cells/called-otherwise/logit/seed-1-"));
}

TEST_F(ExperimentFiles, AFolderOfAnotherCommandIsRefusedSayingWhatDiffers) {
  const Grid g = grid(kExperiment);
  const Job& job = training(g, "baseline");
  std::vector<std::string> words = job.words;
  *std::find(words.begin(), words.end(), "10") = "11";
  std::filesystem::create_directories(folder / job.folder);
  write_job_record(folder / job.folder, {words, {}, 0, true});
  Completeness completeness(folder, {});
  const std::string said = error_of([&] { completeness.is_complete(job); });
  EXPECT_NE(said.find("made by another command: with 11, not 10"), std::string::npos) << said;
  EXPECT_NE(said.find(job.folder), std::string::npos) << said;
}

}  // namespace
}  // namespace liteheart::test
