// Work that may crash, hang or eat memory, done in a process of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace liteheart {

struct ChildLimits {
  std::uint64_t memory = 256 << 20;  // bytes beyond what the process has; not under sanitizers
  unsigned seconds = 10;             // of processor time
  std::uint64_t answer = 64 << 20;   // bytes
};

/// What `work` returns, done in a fork of this process. An Error that it throws is thrown here.
/// Throws Error(place, "makes PROGRAM crash, ...") if the child dies or breaks a limit. For
/// libraries that are known to crash on damaged files; `work` may use them, the heap and files, no
/// threads.
std::string in_child_process(const std::string& place, const std::string& program,
                             const std::function<std::string()>& work,
                             const ChildLimits& limits = {});

}  // namespace liteheart
