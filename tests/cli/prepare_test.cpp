// `liteheart prepare` on recordings that cannot be used and on disks that are full.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include "cli/study.h"

namespace liteheart::test {
namespace {

namespace fs = std::filesystem;

/// A disk of 256 kB, where the system lets us have one.
class SmallDisk {
 public:
  SmallDisk() : path(scratch_ / "disk") {
    fs::create_directory(path);
    mounted = ::mount("none", path.c_str(), "tmpfs", 0, "size=256k") == 0;
  }
  ~SmallDisk() {
    if (mounted) ::umount2(path.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  ScratchFolder scratch_;

 public:
  const std::string path;
  bool mounted = false;
};

std::vector<std::string> prepare(const std::string& source, const std::string& out) {
  return {"prepare", source, "--out", out, "--min-positives", "2", "--split", "patient"};
}

/// Ten good recordings and one whose signal file is missing.
void copy_with_a_broken_one(const std::string& folder) {
  fs::create_directories(folder);
  for (int i = 1; i <= 11; ++i) {
    const fs::path from = Study::get().recording(i);
    fs::copy(from.string() + ".hea", folder);
    if (i != 4) fs::copy(from.string() + ".mat", folder);
  }
}

TEST(Prepare, CountsABrokenRecordingAndKeepsTheOthers) {
  const ScratchFolder scratch;
  copy_with_a_broken_one(scratch / "source");
  const Outcome outcome = liteheart(prepare(scratch / "source", scratch / "data"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(lines_with(outcome.out, "10 recordings kept, 1 skipped").size(), 1u) << outcome.out;
  EXPECT_EQ(lines_with(outcome.out, "alpha00004.hea").size(), 1u) << outcome.out;
  EXPECT_EQ(lines_with(read_bytes(scratch / "data/skipped.csv"), "alpha00004.hea").size(), 1u);
  EXPECT_EQ(lines(read_bytes(scratch / "data/records.csv")).size(), 11u);
}

TEST(Prepare, TakesNoMoreMemoryForMoreRecordings) {
  const ScratchFolder scratch;
  const auto kilobytes = [&](const char* most) {
    std::vector<std::string> arguments = prepare(Study::get().recordings, scratch / most);
    arguments.insert(arguments.end(), {"--most", most, "--threads", "1"});
    const Outcome outcome = liteheart(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.most_kilobytes;
  };
  // A hundred recordings more, as read: 24 MB.
  EXPECT_LT(kilobytes("120"), kilobytes("20") + 3000);
}

TEST(Prepare, StrictStopsAtABrokenRecordingAndLeavesNothing) {
  const ScratchFolder scratch;
  copy_with_a_broken_one(scratch / "source");
  auto arguments = prepare(scratch / "source", scratch / "data");
  arguments.push_back("--strict");
  EXPECT_TRUE(fails_clearly(liteheart(arguments), {"alpha00004.hea", "alpha00004.mat"}));
  EXPECT_FALSE(fs::exists(scratch / "data"));
}

TEST(Prepare, OfAFolderWithoutRecordingsSaysSo) {
  const ScratchFolder scratch;
  write_bytes(scratch / "source/notes.txt", "no recording here\n");
  EXPECT_TRUE(fails_clearly(liteheart(prepare(scratch / "source", scratch / "data")),
                            {scratch / "source"}));
  EXPECT_FALSE(fs::exists(scratch / "data"));
}

TEST(Prepare, OntoAFullDiskStopsAndLeavesNothing) {
  const SmallDisk disk;
  if (!disk.mounted) GTEST_SKIP() << "needs the right to mount a tmpfs";
  const Outcome outcome = liteheart(prepare(Study::get().recordings, disk.path + "/data"));
  EXPECT_TRUE(fails_clearly(outcome, {disk.path, "No space left on device"}));
  EXPECT_TRUE(fs::is_empty(disk.path));
}

TEST(Prepare, BeyondTheLargestFileStopsAndLeavesNothing) {
  const ScratchFolder scratch;
  const Outcome outcome = liteheart(prepare(Study::get().recordings, scratch / "data"), 200'000);
  EXPECT_TRUE(fails_clearly(outcome, {scratch / "data", "File too large"}));
  EXPECT_FALSE(fs::exists(scratch / "data"));
  EXPECT_FALSE(fs::exists(scratch / "data.partial"));
}

TEST(Train, OntoAFullDiskStopsWithoutAModelThatLooksWhole) {
  const SmallDisk disk;
  if (!disk.mounted) GTEST_SKIP() << "needs the right to mount a tmpfs";
  const Outcome outcome =
      liteheart(Study::quick({"train", "--data", Study::get().data, "--out", disk.path + "/out"}));
  EXPECT_TRUE(fails_clearly(outcome, {disk.path, "No space left on device"}));
  for (const auto& entry : fs::directory_iterator(disk.path + "/out")) {
    EXPECT_NE(entry.path().extension(), ".safetensors") << entry.path();
  }
}

}  // namespace
}  // namespace liteheart::test
