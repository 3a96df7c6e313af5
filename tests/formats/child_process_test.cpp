// Work in a child process: its answer, its errors, and every way to die.
#include "formats/child_process.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <thread>
#include <vector>

#include "ecg/error.h"
#include "scratch.h"

namespace liteheart {
namespace {

std::string error_of(const std::function<std::string()>& work, const ChildLimits& limits = {}) {
  return test::error_of([&] { in_child_process("file", "program", work, limits); });
}

TEST(ChildProcess, AnAnswerOfAnySizeComesBack) {
  EXPECT_EQ(in_child_process("file", "program", [] { return std::string(); }), "");
  const std::string large = std::string(5'000'000, 'x') + std::string("\0y", 2);
  EXPECT_EQ(in_child_process("file", "program", [&] { return large; }), large);
}

TEST(ChildProcess, AnErrorComesBackInItsParts) {
  try {
    in_child_process("file", "program", []() -> std::string { throw Error("a: b", "c; d", "e"); });
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "a: b: c; d; e");
    EXPECT_EQ(error.place(), "a: b");
    EXPECT_EQ(error.problem(), "c; d");
  }
  EXPECT_EQ(error_of([]() -> std::string { throw Error("", "p"); }), "p");
}

TEST(ChildProcess, ACrashIsAnErrorAndNothingIsPrinted) {
  testing::internal::CaptureStderr();
  for (const int deadly : {SIGSEGV, SIGABRT, SIGFPE, SIGKILL})
    EXPECT_NE(error_of([&] {
                std::raise(deadly);
                return std::string();
              }).find("file: makes program crash"),
              std::string::npos)
        << deadly;
  EXPECT_NE(error_of([]() -> std::string { throw 7; }), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(ChildProcess, AHangIsEnded) {
  const auto begin = std::chrono::steady_clock::now();
  ChildLimits limits;
  limits.seconds = 1;
  EXPECT_NE(error_of(
                [] {
                  volatile unsigned spin = 0;
                  while (spin < 0xFFFFFFFF) spin = (spin + 1) & 0xFFFF;
                  return std::string();
                },
                limits),
            "");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

TEST(ChildProcess, AnAnswerBeyondTheLimitIsRefused) {
  ChildLimits limits;
  limits.answer = 1000;
  EXPECT_NE(error_of([] { return std::string(1001, 'x'); }, limits), "");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(ChildProcess, MemoryBeyondTheLimitIsRefused) {
  EXPECT_NE(error_of([] { return std::to_string(std::vector<char>(1 << 30).size()); }), "");
}
#endif

TEST(ChildProcess, ThreadsHaveChildrenAtTheSameTime) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      const std::string own(static_cast<std::size_t>(i) * 1000 + 1, 'x');
      for (int k = 0; k < 20; ++k)
        EXPECT_EQ(in_child_process("file", "program", [&] { return own; }), own);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace liteheart
