// How `prepare` divides recordings into training, validation and test.
#include <map>
#include <set>

#include "prepare_fixture.h"

namespace liteheart {
namespace {

using test::Prepare;
using test::write_bytes;

TEST_F(Prepare, SplitsByFoldWhereEveryRecordingHasOne) {
  add_some(4);
  write_bytes(folder / "source/records.csv",
              "record,patient_id,fold\nA00,1,3\nA01,2,8\nA02,3,9\nA03,4,10\n");
  run();
  const PreparedDataset data(options.out);
  EXPECT_EQ(data.rows()[0].split, Split::kTrain);
  EXPECT_EQ(data.rows()[1].split, Split::kValidate);
  EXPECT_EQ(data.rows()[2].split, Split::kTest);
  EXPECT_EQ(data.rows()[3].split, Split::kNone);
}

TEST_F(Prepare, SplitsByPatientWhereAFoldIsMissing) {
  add_some(60);
  std::string table = "record,patient_id,fold\n";
  for (int i = 0; i < 60; ++i) table += fmt::format("A{:02},{},{}\n", i, i / 3, i == 59 ? "" : "1");
  write_bytes(folder / "source/records.csv", table);
  run();
  const PreparedDataset data(options.out);
  std::map<std::string, std::set<Split>> splits_of;
  for (const RecordRow& row : data.rows()) splits_of[row.patient].insert(row.split);
  EXPECT_EQ(splits_of.size(), 20u);
  for (const auto& [patient, splits] : splits_of) EXPECT_EQ(splits.size(), 1u) << patient;
  EXPECT_NEAR(static_cast<double>(data.indices(Split::kTrain).size()), 48, 7);
  EXPECT_NEAR(static_cast<double>(data.indices(Split::kTest).size()), 6, 4);
  options.split = "fold";
  options.overwrite = true;
  run();
  EXPECT_EQ(PreparedDataset(options.out).rows()[59].split, Split::kNone);
}

TEST_F(Prepare, APatientInTwoSplitsIsAnError) {
  add_some(2);
  write_bytes(folder / "source/records.csv", "record,patient_id,fold\nA00,1,3\nA01,1,9\n");
  EXPECT_NE(error().find("patient source/1 would be in train and in test"), std::string::npos)
      << error();
}

TEST_F(Prepare, SplitsAsAFileSays) {
  add_some(3);
  write_bytes(folder / "splits.csv", "record,split\nA02,train\nA00,test\n");
  options.split = "file:" + (folder / "splits.csv").string();
  run();
  const PreparedDataset data(options.out);
  EXPECT_EQ(data.rows()[0].split, Split::kTest);
  EXPECT_EQ(data.rows()[1].split, Split::kNone);
  EXPECT_EQ(data.rows()[2].split, Split::kTrain);
}

TEST_F(Prepare, SplitsAllForTestingWhereAsked) {
  add_some(3);
  options.split = "test";
  run();
  EXPECT_EQ(PreparedDataset(options.out).indices(Split::kTest).size(), 3u);
}

TEST_F(Prepare, AWayToSplitThatCannotWorkIsAnError) {
  add_some(2);
  options.split = "fold";
  EXPECT_NE(error().find("no recording has a fold"), std::string::npos) << error();
  options.split = "random";
  EXPECT_NE(error().find("split 'random' is unknown"), std::string::npos) << error();
  write_bytes(folder / "splits.csv", "record,split\nelsewhere,train\n");
  options.split = "file:" + (folder / "splits.csv").string();
  EXPECT_NE(error().find("lists none of the recordings"), std::string::npos) << error();
  write_bytes(folder / "splits.csv", "record,split\nA00,exam\n");
  EXPECT_NE(error().find("splits.csv line 2: 'exam' is not a split"), std::string::npos) << error();
  options.split = "patient";
  options.shares = {0.9, 0.1};
  EXPECT_NE(error().find("2 shares for three splits"), std::string::npos) << error();
}

TEST_F(Prepare, TrainsOnWholeCentresWhereAsked) {
  add_some(3, "old");
  write_bytes(folder / "old/records.csv", "record,fold\nA00,1\nA01,8\nA02,9\n");
  add_some(2, "new");
  write_bytes(folder / "new/records.csv", "record,fold\nA00,9\nA01,\n");
  options.sources = {folder / "old", folder / "new"};
  options.train_centres = {"new"};
  run();
  const PreparedDataset data(options.out);
  for (const RecordRow& row : data.rows())
    EXPECT_EQ(row.split, row.centre == "new"   ? Split::kTrain
                         : row.record == "A00" ? Split::kTrain
                         : row.record == "A01" ? Split::kValidate
                                               : Split::kTest);
  options.overwrite = true;
  options.train_centres = {"newer"};
  EXPECT_NE(error().find("no centre 'newer'"), std::string::npos) << error();
  EXPECT_NE(error().find("there are new, old"), std::string::npos) << error();
}

TEST_F(Prepare, TrainsOnWholeCentresAlone) {
  add_some(2, "new");
  options.sources = {folder / "new"};
  options.train_centres = {"new"};
  run();
  const PreparedDataset data(options.out);
  EXPECT_EQ(data.indices(Split::kTrain).size(), 2);
  add_some(2, "old");
  options.sources.push_back(folder / "old");
  options.overwrite = true;
  options.split = "fold";
  EXPECT_NE(error().find("no recording has a fold"), std::string::npos) << error();
}

}  // namespace
}  // namespace liteheart
