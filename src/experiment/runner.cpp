#include "experiment/runner.h"

#include <algorithm>
#include <csignal>
#include <deque>
#include <fstream>
#include <map>
#include <set>

#include "data/output_file.h"
#include "experiment/child.h"
#include "experiment/job_record.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

class Runner {
 public:
  Runner(const Grid& grid, const std::vector<std::size_t>& jobs, const RunOptions& options,
         Completeness& completeness, const RunEvents& events)
      : grid_(grid),
        options_(options),
        completeness_(completeness),
        events_(events),
        waiting_(jobs.begin(), jobs.end()) {}

  RunOutcome run() {
    start_ready();
    while (!children_.empty()) {
      if (signals_.wait(1)) stop();
      collect();
      if (!outcome_.stopped) start_ready();
      if (events_.tick && !children_.empty()) events_.tick(state());
    }
    return std::move(outcome_);
  }

 private:
  void start_ready() {
    while (children_.size() < options_.at_once) {
      const auto ready = std::find_if(waiting_.begin(), waiting_.end(),
                                      [&](std::size_t job) { return is_ready(job); });
      if (ready == waiting_.end()) return;
      const std::size_t job = *ready;
      waiting_.erase(ready);
      start(job);
    }
  }

  /// Whether nothing that it needs is still to come.
  bool is_ready(std::size_t job) const {
    const auto& needs = grid_.jobs[job].needs;
    return std::none_of(needs.begin(), needs.end(), [&](std::size_t need) {
      return waiting_.contains(need) || children_.contains(need);
    });
  }

  void start(std::size_t index) {
    const Job& job = grid_.jobs[index];
    const fs::path folder = options_.out / job.folder;
    std::error_code failed;
    fs::create_directories(folder, failed);
    const auto words = closed_words(job.words, options_.out, options_.sources);
    std::vector<std::string> command = {options_.program.string()};
    command.insert(command.end(), words.begin(), words.end());
    replace_file(folder / "command.txt", shell_line(command) + "\n");
    write_job_record(folder, completeness_.record_of(job, false));
    children_[index] = start_child(options_.program, words, folder / kLogFile);
  }

  void collect() {
    for (auto at = children_.begin(); at != children_.end();) {
      const auto status = ended_child(at->second);
      if (!status) {
        ++at;
        continue;
      }
      const std::size_t job = at->first;
      at = children_.erase(at);
      if (*status == 0) {
        finish(job);
      } else if (!outcome_.stopped) {
        fail(job, *status);
      }
    }
  }

  void finish(std::size_t index) {
    const Job& job = grid_.jobs[index];
    write_job_record(options_.out / job.folder, completeness_.record_of(job, true));
    if (events_.finished) events_.finished(index);
  }

  void fail(std::size_t index, int status) {
    outcome_.failed.push_back(index);
    std::set<std::size_t> lost = {index};
    for (const std::size_t job : waiting_) {
      const auto& needs = grid_.jobs[job].needs;
      if (std::any_of(needs.begin(), needs.end(), [&](std::size_t n) { return lost.contains(n); }))
        lost.insert(job);
    }
    for (const std::size_t job : lost) {
      if (waiting_.erase(job) > 0) outcome_.left_out.push_back(job);
    }
    if (events_.failed) events_.failed(index, status);
  }

  void stop() {
    const int signal = outcome_.stopped ? SIGKILL : SIGTERM;
    for (const auto& [job, child] : children_) ::kill(child, signal);
    if (!outcome_.stopped && events_.stopping) events_.stopping();
    outcome_.stopped = true;
  }

  RunState state() const {
    RunState s;
    for (const auto& [job, child] : children_) s.running.push_back(job);
    s.waiting.assign(waiting_.begin(), waiting_.end());
    return s;
  }

  HeldSignals signals_;
  const Grid& grid_;
  const RunOptions& options_;
  Completeness& completeness_;
  const RunEvents& events_;
  std::set<std::size_t> waiting_;
  std::map<std::size_t, pid_t> children_;  // by job
  RunOutcome outcome_;
};

}  // namespace

RunOutcome run_jobs(const Grid& grid, const std::vector<std::size_t>& jobs,
                    const RunOptions& options, Completeness& completeness,
                    const RunEvents& events) {
  return Runner(grid, jobs, options, completeness, events).run();
}

std::string end_of_log(const fs::path& folder, std::size_t count) {
  std::ifstream in(folder / kLogFile);
  std::deque<std::string> last;
  for (std::string line; std::getline(in, line);) {
    last.push_back(std::move(line));
    if (last.size() > count) last.pop_front();
  }
  std::string text;
  for (const std::string& line : last) text += "  " + line + "\n";
  return text;
}

}  // namespace liteheart
