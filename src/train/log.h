// The machine-readable log of a training: one JSON object a line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace liteheart {

class TrainLog {
 public:
  /// Continues `file`, without the lines of steps after `step` (they will be done again). Throws
  /// Error.
  TrainLog(const std::filesystem::path& file, std::uint64_t step);
  /// `entry` has a key "step". Throws Error if the disk refuses.
  void line(const nlohmann::json& entry);
  void flush();

 private:
  std::filesystem::path file_;
  std::ofstream out_;
};

}  // namespace liteheart
