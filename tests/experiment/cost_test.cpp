// How long jobs take, of an experiment whose data set is prepared while it runs.
#include "experiment/cost.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "data/dataset_json.h"
#include "experiment/experiment_text.h"

namespace liteheart::test {
namespace {

class Cost : public ExperimentFiles {
 protected:
  const Job& job(JobKind kind) const {
    return *std::find_if(g.jobs.begin(), g.jobs.end(),
                         [&](const Job& j) { return j.kind == kind; });
  }
  /// What `prepare` leaves, of so many records.
  void prepare(std::size_t train) const {
    std::vector<RecordRow> rows(train + 10);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i].record = fmt::format("r{}", i);
      rows[i].split = i < train ? Split::kTrain : Split::kTest;
    }
    write_bytes(folder / job(JobKind::kPrepare).data / kDescriptionFile, "{}");
    write_bytes(folder / job(JobKind::kPrepare).data / kRecordsFile, records_csv(rows));
  }

  const Grid g = grid(kExperiment);
};

TEST_F(Cost, IsThatOfTheRecordsThereAreOnceTheyArePrepared) {
  CostModel cost(g, folder, {});
  const Job& teacher = job(JobKind::kTeacher);
  EXPECT_FALSE(cost.seconds(teacher));  // nor is the source known
  prepare(640);
  cost.learn(job(JobKind::kPrepare));
  const auto seconds = cost.seconds(teacher);
  ASSERT_TRUE(seconds);
  EXPECT_GT(*seconds, 0);

  prepare(1280);
  CostModel of_twice_as_many(g, folder, {});
  EXPECT_NEAR(of_twice_as_many.seconds(teacher).value(), 2 * *seconds, 1e-9);
}

TEST_F(Cost, GoesByTheFoldsOfWhatIsNotPreparedYet) {
  std::string table = "record,patient_id,fold\n";
  for (int i = 0; i < 256; ++i) {
    const std::string name = fmt::format("r{}", i);
    write_bytes(folder / "hospital" / (name + ".hea"), name + " 1 100 1000\n");
    table += fmt::format("{},{},{}\n", name, i, i < 64 ? 5 : 8);
  }
  write_bytes(folder / "hospital/records.csv", table);
  const auto teacher_of = [&](const std::string& folds) {
    const Grid some = grid(with(kExperiment, "\"1-7\"", '"' + folds + '"'));
    const auto at = std::ranges::find(some.jobs, JobKind::kTeacher, &Job::kind);
    return CostModel(some, folder / "out", {{"hospital", folder / "hospital"}})
        .seconds(*at)
        .value();
  };
  EXPECT_NEAR(teacher_of("8"), 3 * teacher_of("1-7"), 0.1);
}

TEST_F(Cost, OfATrainingUnderWayIsWhatItsLogLeaves) {
  prepare(640);  // ten steps an epoch, eight epochs
  CostModel cost(g, folder, {});
  const Job& teacher = job(JobKind::kTeacher);
  EXPECT_EQ(cost.seconds_left(teacher), cost.seconds(teacher));
  write_bytes(folder / teacher.folder / "log.jsonl", "{\"step\":20}\n{\"step\":60}\n");
  EXPECT_NEAR(cost.seconds_left(teacher).value(), cost.seconds(teacher).value() / 4, 1);
}

}  // namespace
}  // namespace liteheart::test
