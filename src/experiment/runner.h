// Runs jobs as child processes, several at a time, each after those that it needs.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "experiment/command.h"
#include "experiment/completeness.h"
#include "experiment/grid.h"

namespace liteheart {

struct RunOptions {
  std::filesystem::path program;  // `liteheart`
  std::filesystem::path out;      // absolute
  SourceFolders sources;          // absolute
  std::size_t at_once = 2;
};

struct RunState {
  std::vector<std::size_t> running, waiting;  // jobs
};

struct RunEvents {
  std::function<void(std::size_t job)> finished;
  std::function<void(std::size_t job, int status)> failed;
  std::function<void(const RunState&)> tick;  // about once a second
  std::function<void()> stopping;             // the user asked for it; children are told
};

struct RunOutcome {
  std::vector<std::size_t> failed, left_out;  // left out: they need one that failed
  bool stopped = false;                       // by Ctrl-C or SIGTERM
};

/// Runs `jobs` (ascending); what they need beyond them must be complete. A job that fails does not
/// stop those that do not need it. Asked to stop, it passes that on and waits: trainings leave a
/// checkpoint; asked again, it kills. Throws Error.
RunOutcome run_jobs(const Grid& grid, const std::vector<std::size_t>& jobs,
                    const RunOptions& options, Completeness& completeness, const RunEvents& events);

/// The last `count` lines of a job's log.
std::string end_of_log(const std::filesystem::path& folder, std::size_t count);

}  // namespace liteheart
