// Independent checks written in Python, run where Python and what they need is there.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string>

namespace liteheart::test {

/// The exit status of tests/formats/SCRIPT with its arguments, as a shell reads them; 77 where it
/// cannot run.
inline int run_python(const std::string& script, const std::string& arguments) {
  if (std::string(LITEHEART_PYTHON).ends_with("NOTFOUND")) return 77;
  const std::string command = std::string(LITEHEART_PYTHON) + " '" + LITEHEART_SOURCE_DIR +
                              "/tests/formats/" + script + "' " + arguments;
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace liteheart::test

/// Fails where the script does not agree, skips where it cannot run.
#define LITEHEART_AGREES(script, arguments)                                            \
  if (const int status = liteheart::test::run_python(script, arguments); status == 77) \
    GTEST_SKIP() << "needs Python with what " << (script) << " imports";               \
  else                                                                                 \
    EXPECT_EQ(status, 0) << (script)
