// A data set appears whole or not at all, whatever happens while it is made.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "formats/wfdb_writer.h"
#include "small_data.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

class PrepareInterrupted : public test::Scratch {
 protected:
  PrepareInterrupted() {
    fs::create_directories(folder / "source");
    for (int i = 0; i < 20; ++i)
      write_wfdb(test::small_recording(fmt::format("A{}", 10 + i), i, {"164889003"}),
                 folder / "source");
    options.sources = {folder / "source"};
    options.out = folder / "out";
    options.min_positives = 1;
    options.threads = 2;
  }

  using Tick = std::function<void(std::size_t, std::size_t)>;
  void run(const Tick& tick = {}) const { prepare(options, Vocabulary::standard(), tick); }
  std::string error(const Tick& tick = {}) const {
    return test::error_of([&] { run(tick); });
  }
  // Exit status of a child process that does `act`.
  static int in_child(const std::function<void()>& act) {
    const pid_t child = ::fork();
    if (child == 0) {
      act();
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
  }

  PrepareOptions options;
};

TEST_F(PrepareInterrupted, KillLeavesNoDataSetAndTheNextRunWorks) {
  const int status =
      in_child([&] { run([](std::size_t, std::size_t) { ::kill(::getpid(), SIGKILL); }); });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_FALSE(fs::exists(options.out));
  EXPECT_TRUE(fs::exists(folder / "out.partial"));
  EXPECT_FALSE(fs::exists(folder / "out.partial/dataset.json"));
  run();
  EXPECT_EQ(PreparedDataset(options.out).size(), 20u);
  EXPECT_FALSE(fs::exists(folder / "out.partial"));
}

TEST_F(PrepareInterrupted, AFullDiskIsOneClearErrorAndLeavesNothing) {
  // A limit on the size of files stands in for the disk: the kernel refuses the write alike.
  const int status = in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100000, 100000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string message = error();
    const bool clear = message.find("signals.npy: cannot be written (") != std::string::npos &&
                       message.find("; free space there") != std::string::npos;
    ::_exit(clear ? 0 : 1);
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_FALSE(fs::exists(options.out));
  EXPECT_FALSE(fs::exists(folder / "out.partial"));
}

TEST_F(PrepareInterrupted, AnExceptionFromProgressStopsCleanly) {
  EXPECT_NE(error([](std::size_t, std::size_t) { throw Error("", "stop now"); }).find("stop now"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(options.out));
  EXPECT_FALSE(fs::exists(folder / "out.partial"));
}

TEST_F(PrepareInterrupted, ACompleteDataSetIsReplacedOnlyOnDemand) {
  run();
  const std::string before = test::read_bytes(options.out / "dataset.json");
  EXPECT_EQ(error(),
            options.out.string() +
                ": is a complete prepared data set already; use it, choose another --out, or "
                "replace it with --force");
  options.overwrite = true;
  options.seed = 99;
  run();
  EXPECT_NE(test::read_bytes(options.out / "dataset.json"), before);
  EXPECT_EQ(PreparedDataset(options.out).size(), 20u);
  EXPECT_FALSE(fs::exists(folder / "out.partial"));
}

TEST_F(PrepareInterrupted, TheOldDataSetStaysWhereTheNewOneFails) {
  run();
  const std::string before = test::read_bytes(options.out / "dataset.json");
  options.overwrite = true;
  options.min_positives = 1000;
  EXPECT_NE(error(), "");
  EXPECT_EQ(test::read_bytes(options.out / "dataset.json"), before);
  EXPECT_EQ(PreparedDataset(options.out).size(), 20u);
}

TEST_F(PrepareInterrupted, FoldersThatAreNoDataSetAreNeverTouched) {
  test::write_bytes(options.out / "thesis.txt", "dear to someone");
  options.overwrite = true;
  EXPECT_NE(error().find("exists and is not a prepared data set"), std::string::npos) << error();
  EXPECT_EQ(test::read_bytes(options.out / "thesis.txt"), "dear to someone");
  options.out = folder / "file";
  test::write_bytes(options.out, "a file");
  EXPECT_NE(error().find("is not a folder"), std::string::npos) << error();
}

TEST_F(PrepareInterrupted, AnEmptyFolderAndATrailingSlashAreFine) {
  fs::create_directories(options.out);
  options.out += "/";
  run();
  EXPECT_EQ(PreparedDataset(folder / "out").size(), 20u);
}

TEST_F(PrepareInterrupted, TwoRunsDoNotWriteTheSameDataSet) {
  std::string second;
  run([&](std::size_t, std::size_t) {
    if (second.empty()) second = error();
  });
  EXPECT_NE(second.find("out.partial: is being written by another process"), std::string::npos)
      << second;
  EXPECT_EQ(PreparedDataset(options.out).size(), 20u);
}

}  // namespace
}  // namespace liteheart
