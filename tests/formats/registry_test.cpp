#include "formats/registry.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "wfdb_files.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

std::string header_of(const std::string& name) {
  return name + " 1 1 2\n" + name + ".dat 16 100/mV 16 0 0 0 0 ECG\n";
}

class RecordingFolder : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"b", "a", "sub/c"}) {
      const std::string stem = fs::path(name).filename();
      folder.write(std::string(name) + ".hea", header_of(stem));
      folder.write(std::string(name) + ".dat", test::int16_bytes({100, 200}));
    }
    folder.write("notes.txt", "not a recording");
  }
  std::string error_of(const fs::path& path) const {
    try {
      read_recording(path);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
  test::TemporaryFolder folder;
};

TEST_F(RecordingFolder, ARecordingIsReadByHeaderSignalFileOrRecordName) {
  for (const char* name : {"a.hea", "a.dat", "a"}) {
    const Recording recording = read_recording(folder.path() / name);
    EXPECT_EQ(recording.name, "a") << name;
    EXPECT_EQ(recording.leads, std::vector<std::string>{"ECG"});
    EXPECT_EQ(recording.mv, (std::vector<float>{1, 2}));
  }
}

TEST_F(RecordingFolder, LinkedFoldersAreSearchedOnceEvenInCircles) {
  const test::TemporaryFolder elsewhere;
  elsewhere.write("d.hea", header_of("d"));
  elsewhere.write("d.dat", test::int16_bytes({100, 200}));
  fs::create_directory_symlink(elsewhere.path(), folder.path() / "linked");
  fs::create_directory_symlink(folder.path(), elsewhere.path() / "back");
  fs::create_directory_symlink(folder.path() / "sub", folder.path() / "again");
  fs::create_directory_symlink("nowhere", folder.path() / "dangling");
  fs::create_directory_symlink(folder.path().parent_path(), folder.path() / "above");
  std::vector<fs::path> expected;
  for (const char* name : {"a", "b", "linked/d", "sub/c"})
    expected.push_back(folder.path() / (std::string(name) + ".hea"));
  EXPECT_EQ(find_recordings(folder.path()), expected);
}

TEST_F(RecordingFolder, AHeaderIsRecognisedByItsContent) {
  const auto renamed = folder.write("header.txt", header_of("a"));
  EXPECT_EQ(read_recording(renamed).mv, (std::vector<float>{1, 2}));
}

TEST_F(RecordingFolder, OtherFilesAreErrorsThatSayWhatIsKnown) {
  EXPECT_NE(error_of(folder.path() / "notes.txt").find("known are: EDF"), std::string::npos);
  EXPECT_NE(error_of(folder.path() / "absent").find("no such recording"), std::string::npos);
  EXPECT_NE(error_of(folder.path() / "sub").find("is a folder"), std::string::npos);
  EXPECT_NE(error_of(folder.write("empty.hea", "")).find("no record line"), std::string::npos);
  folder.write("e", "");
  EXPECT_NE(error_of(folder.path() / "e").find("not a recording"), std::string::npos);
}

TEST_F(RecordingFolder, AMissingSignalFileIsAnErrorAtItsHeaderLine) {
  const std::string error = error_of(folder.write("lonely.hea", header_of("lonely")));
  EXPECT_NE(error.find("lonely.hea line 2: signal file lonely.dat"), std::string::npos) << error;
}

TEST_F(RecordingFolder, AFolderIsSearchedRecursivelyInOrder) {
  EXPECT_EQ(find_recordings(folder.path()),
            (std::vector<fs::path>{folder.path() / "a.hea", folder.path() / "b.hea",
                                   folder.path() / "sub/c.hea"}));
}

TEST_F(RecordingFolder, WhatABesideLyingHeaderDoesNotNameIsARecordingOfItsOwn) {
  std::string rows = "time_s,I_mV\n";
  for (int i = 0; i < 200; ++i)
    rows += std::to_string(0.004 * i) + "," + std::to_string(i * i % 17 * 0.01) + "\n";
  const auto table = folder.write("a.csv", rows);
  EXPECT_EQ(read_recording(table).samples, 200u);
  const auto found = find_recordings(folder.path());
  EXPECT_EQ(std::count(found.begin(), found.end(), table), 1);
  EXPECT_EQ(std::count(found.begin(), found.end(), folder.path() / "a.hea"), 1);
}

TEST_F(RecordingFolder, ASingleRecordingIsFoundByAnyOfItsNames) {
  EXPECT_EQ(find_recordings(folder.path() / "a"), std::vector<fs::path>{folder.path() / "a.hea"});
  EXPECT_EQ(find_recordings(folder.path() / "a.hea"),
            std::vector<fs::path>{folder.path() / "a.hea"});
  EXPECT_THROW(find_recordings(folder.path() / "absent"), Error);
}

TEST_F(RecordingFolder, SegmentsOfAMultiSegmentRecordAreNotRecordingsOfTheirOwn) {
  folder.write("m.hea", "m/3 1 1 4\nm_layout 0\n~ 2\na 2\n");
  folder.write("m_layout.hea", "m_layout 1 1 0\n~ 0 100/mV 16 0 0 0 0 ECG\n");
  EXPECT_EQ(find_recordings(folder.path()),
            (std::vector<fs::path>{folder.path() / "b.hea", folder.path() / "m.hea",
                                   folder.path() / "sub/c.hea"}));
  EXPECT_EQ(read_recording(folder.path() / "m.hea").samples, 4u);
}

}  // namespace
}  // namespace liteheart
