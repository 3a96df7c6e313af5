// A command of the program itself as a child process, which never outlives its parent.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace liteheart {

/// Starts `program` with these arguments; what it says goes to the end of `log`. Throws Error.
pid_t start_child(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                  const std::filesystem::path& log);

/// Its exit status once it has ended (128 + signal where a signal ended it), nullopt before.
std::optional<int> ended_child(pid_t child);

/// Holds back Ctrl-C, SIGTERM and the news of children while it lives, so that wait() is the one
/// place where they arrive. Children get none of it.
class HeldSignals {
 public:
  HeldSignals();
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  /// Waits `seconds` at most, less where a child ends; true where the user asked to stop.
  bool wait(double seconds);
};

}  // namespace liteheart
