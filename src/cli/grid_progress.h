// What a person sees of a running experiment: one line that moves, and one for each finished cell.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/status_line.h"
#include "experiment/cost.h"
#include "experiment/grid.h"
#include "experiment/runner.h"

namespace liteheart {

class GridProgress {
 public:
  /// `total`: jobs, complete ones included.
  GridProgress(const Grid& grid, const std::filesystem::path& out, CostModel& cost,
               std::size_t at_once, std::size_t total)
      : grid_(grid),
        out_(out),
        cost_(cost),
        at_once_(at_once),
        total_(total),
        line_(std::chrono::seconds(30)) {}

  /// So many jobs are complete already.
  void found_complete(std::size_t jobs);
  void tick(const RunState& state);
  void finished(std::size_t index);
  void failed(std::size_t index, int status);
  /// A line above the moving one.
  void say(const std::string& text);
  void end() { line_.clear(); }

 private:
  std::string status(const RunState& state);
  std::string result(const Job& job) const;

  const Grid& grid_;
  const std::filesystem::path& out_;
  CostModel& cost_;
  std::size_t at_once_, total_, complete_ = 0;
  StatusLine line_;
};

/// Wall-clock seconds of jobs that each take so long, `at_once` at a time: no less than the
/// longest.
double wall_seconds(const std::vector<double>& jobs, std::size_t at_once);

}  // namespace liteheart
