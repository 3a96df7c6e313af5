// What is looked at in the data before the first epoch.
#include "experiment/data_checks.h"

#include <gtest/gtest.h>

#include "data/small_data.h"
#include "experiment/experiment_text.h"

namespace liteheart::test {
namespace {

namespace fs = std::filesystem;

class DataOfExperiments : public ExperimentFiles {
 protected:
  /// A teacher from another data set, behind a baseline that has none.
  Grid grid_;
  void SetUp() override {
    Scratch::SetUp();
    std::string text = with(kExperiment, "labelled = 0.1", "labelled = 1.0");
    text = with(text, "[settings]", "[data.elsewhere]\nsource = \"elsewhere\"\n\n[settings]");
    grid_ = grid(with(text, "teacher = {", "teacher = { data = \"elsewhere\","));
  }

  /// Writes the data set of that source: patients to train on, to validate on, to test on.
  void write(const std::vector<std::string>& sources, const std::vector<std::string>& patients,
             const std::vector<Diagnosis>& classes = {{"1", "A", "a", true, {}}}) const {
    std::vector<RecordRow> rows;
    for (std::size_t i = 0; i < patients.size(); ++i)
      rows.push_back(small_row(fmt::format("r{}", i), patients[i],
                               i < 2    ? Split::kTrain
                               : i == 2 ? Split::kValidate
                                        : Split::kTest));
    for (const Job& job : grid_.jobs)
      if (job.sources == sources)
        write_small_dataset(fs::path(folder / "out") / job.data, rows,
                            std::vector<std::uint8_t>(rows.size() * classes.size(), 1), classes);
  }
  std::string found() const {
    return error_of([&] { check_data(grid_, folder / "out"); });
  }
};

TEST_F(DataOfExperiments, ATeacherThatKnowsTheTestIsRefusedWhateverCellComesBefore) {
  write({"hospital"}, {"p1", "p2", "p3", "p4"});
  write({"elsewhere"}, {"q1", "q2", "q3", "p4"});
  EXPECT_EQ(found(), "");
  write({"elsewhere"}, {"q1", "p4", "q3", "q4"});
  EXPECT_NE(found().find("is trained on patient p4"), std::string::npos) << found();
  write({"elsewhere"}, {"q1", "q2", "p4", "q4"});
  EXPECT_NE(found().find("p4"), std::string::npos) << found();
}

TEST_F(DataOfExperiments, AMethodThatIsTrainedOnTheProtocolsTestIsRefused) {
  const std::string text = with(kExperiment, "labelled = 0.1", "labelled = 1.0") +
                           "data = \"both\"\n[data.both]\nsource = [\"hospital\", \"clinic\"]\n";
  grid_ = grid(text);
  write({"hospital"}, {"p1", "p2", "p3", "p4"});
  const auto both = [&](const std::vector<std::string>& patients) {
    write({"hospital", "clinic"}, patients);
    return found();
  };
  EXPECT_EQ(both({"p1", "c1", "p3", "p4"}), "");
  EXPECT_NE(both({"p1", "p4", "p3", "c1"}).find("is trained on patient p4"), std::string::npos);
}

TEST_F(DataOfExperiments, ATeacherThatLacksAClassIsRefused) {
  write({"hospital"}, {"p1", "p2", "p3", "p4"});
  write({"elsewhere"}, {"q1", "q2", "q3", "q4"}, {{"2", "B", "b", true, {}}});
  EXPECT_NE(found().find("does not have the class"), std::string::npos) << found();
}

}  // namespace
}  // namespace liteheart::test
