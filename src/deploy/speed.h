// How fast a model runs on this machine.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "edge/kernels.h"

namespace liteheart {

/// One window on one thread of one kernel path.
struct Speed {
  std::string path;
  double microseconds = 0, quickest = 0, slowest = 0;  // median and extremes over rounds
  double gmacs = 0;  // multiply-adds of the network, 10^9 a second
};

struct Timed {
  bool bytes = false;               // whether the model works on bytes
  std::size_t file = 0, arena = 0;  // bytes
  std::uint64_t multiply_adds = 0;
  double window_seconds = 0;
  std::vector<Speed> paths;  // slowest first
};

/// Times the model of an .lhm file's bytes for about `seconds` on each path, the paths in turns so
/// that a busy moment meets all. Throws Error (`name`).
Timed time_model(std::span<const std::uint8_t> bytes, const std::string& name, double seconds);
std::string to_table(const Timed& timed);

}  // namespace liteheart
