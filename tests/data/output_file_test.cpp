#include "data/output_file.h"

#include <gtest/gtest.h>

#include <set>

#include "ecg/error.h"
#include "scratch.h"

namespace liteheart {
namespace {

using test::error_of;
using test::read_bytes;
using test::write_bytes;

class ReplaceFile : public test::Scratch {
 protected:
  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      found.insert(entry.path().filename());
    return found;
  }

  std::filesystem::path file = folder / "file";
};

TEST_F(ReplaceFile, PutsTheNewContentInPlaceOfAllOfTheOld) {
  write_bytes(file, "a long old content");
  replace_file(file, "new");
  EXPECT_EQ(read_bytes(file), "new");
  replace_file(file, [](OutputFile& out) {
    out.write_at(4, " end");
    out.write_at(0, "from");
  });
  EXPECT_EQ(read_bytes(file), "from end");
  EXPECT_EQ(names(), std::set<std::string>{"file"});
}

TEST_F(ReplaceFile, MakesAFileWhereThereWasNone) {
  replace_file(file, "new");
  EXPECT_EQ(read_bytes(file), "new");
}

TEST_F(ReplaceFile, ThatFailsHalfwayLeavesTheOldFileAlone) {
  write_bytes(file, "old");
  const std::string error = error_of([&] {
    replace_file(file, [&](OutputFile& out) {
      out.write_at(0, "half of");
      EXPECT_EQ(read_bytes(file), "old");
      throw Error("source", "ends too early");
    });
  });
  EXPECT_NE(error.find("ends too early"), std::string::npos) << error;
  EXPECT_EQ(read_bytes(file), "old");
  EXPECT_EQ(names(), std::set<std::string>{"file"});
}

TEST_F(ReplaceFile, OnAFolderIsAnErrorAndLeavesNothingBeside) {
  write_bytes(file / "inside", "old");
  EXPECT_NE(error_of([&] { replace_file(file, "new"); }).find(file.string()), std::string::npos);
  EXPECT_EQ(read_bytes(file / "inside"), "old");
  EXPECT_EQ(names(), std::set<std::string>{"file"});
}

TEST_F(ReplaceFile, InAFolderThatIsNotThereIsAnErrorThatNamesIt) {
  const auto missing = folder / "missing";
  const std::string error = error_of([&] { replace_file(missing / "file", "new"); });
  EXPECT_NE(error.find(missing.string()), std::string::npos) << error;
  EXPECT_TRUE(names().empty());
}

TEST_F(ReplaceFile, LeftUnfinishedByAKillIsRemovedAndNothingElse) {
  for (const char* name : {"model.safetensors", "model.safetensors.tmp-1", "log.jsonl.tmp-4321",
                           "notes.tmp", "notes.tmp-", "notes.tmp-1.txt"})
    write_bytes(folder / name, "half");
  remove_unfinished_files(folder);
  EXPECT_EQ(names(), (std::set<std::string>{"model.safetensors", "notes.tmp", "notes.tmp-",
                                            "notes.tmp-1.txt"}));
}

}  // namespace
}  // namespace liteheart
