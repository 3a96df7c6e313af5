// Where the real recordings are that tests use and the project does not carry.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace liteheart::test {

/// $LITEHEART_SHARED, default ../shared beside the source tree.
inline std::filesystem::path shared() {
  if (const char* set = std::getenv("LITEHEART_SHARED"); set && *set) return set;
  return std::filesystem::path(LITEHEART_SOURCE_DIR).parent_path() / "shared";
}

}  // namespace liteheart::test

/// Skips the test where the shared data is not there.
#define LITEHEART_NEEDS_SHARED()                                    \
  if (!std::filesystem::exists(liteheart::test::shared() / "data")) \
  GTEST_SKIP() << "needs the shared data; set LITEHEART_SHARED to its folder"
