#include "cli/grid_progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "experiment/results.h"

namespace liteheart {

double wall_seconds(const std::vector<double>& jobs, std::size_t at_once) {
  if (jobs.empty()) return 0;
  const double sum = std::accumulate(jobs.begin(), jobs.end(), 0.0);
  return std::max(sum / static_cast<double>(at_once), *std::max_element(jobs.begin(), jobs.end()));
}

std::string GridProgress::status(const RunState& state) {
  std::vector<double> left;
  std::string now;
  for (const std::size_t job : state.running) {
    const auto all = cost_.seconds(grid_.jobs[job]), rest = cost_.seconds_left(grid_.jobs[job]);
    now += (now.empty() ? "" : ", ") + grid_.jobs[job].label;
    if (!all || !rest) continue;
    left.push_back(*rest);
    now += fmt::format(" {:.0f} %", 100 * (1 - *rest / std::max(*all, 1e-9)));
  }
  for (const std::size_t job : state.waiting)
    left.push_back(cost_.seconds(grid_.jobs[job]).value_or(0));
  return fmt::format("{}/{} steps, about {} left: {}", complete_, total_,
                     duration_text(wall_seconds(left, at_once_)), now);
}

void GridProgress::found_complete(std::size_t jobs) {
  complete_ = jobs;
  if (jobs > 0) say(fmt::format("{} of {} steps are complete already", jobs, total_));
}

void GridProgress::tick(const RunState& state) {
  if (line_.is_due()) line_.show(status(state));
}

std::string GridProgress::result(const Job& job) const {
  const Job& training = job.kind == JobKind::kEvaluate ? grid_.jobs[job.needs.front()] : job;
  const auto trained = training_result(out_ / training.folder);
  std::string text;
  if (trained && trained->best_epoch > 0)
    text += fmt::format("validation MAP {:.3f}, AUC {:.3f}", trained->map, trained->auc);
  if (job.kind == JobKind::kEvaluate) {
    const auto tested = evaluation_result(out_ / job.folder);
    const auto number = [&](const char* key) {
      const auto& value = tested->at("model").at(key);
      return value.is_number() ? fmt::format("{:.3f}", value.get<double>()) : std::string("-");
    };
    if (tested)
      text += fmt::format("; test MAP {}, AUC {}", number("mean_average_precision"),
                          number("macro_auc"));
  } else if (trained) {
    text += fmt::format(", {} epochs, {}", trained->epochs, duration_text(trained->seconds));
  }
  return text;
}

void GridProgress::finished(std::size_t index) {
  const Job& job = grid_.jobs[index];
  ++complete_;
  cost_.learn(job);
  const std::string numbers = job.kind == JobKind::kPrepare ? "" : result(job);
  say(fmt::format("done  {}{}{}", job.label, numbers.empty() ? "" : ": ", numbers));
}

void GridProgress::failed(std::size_t index, int status) {
  const Job& job = grid_.jobs[index];
  say(fmt::format("FAILED  {} (exit status {}); the end of {}:\n{}", job.label, status,
                  (out_ / job.folder / kLogFile).string(), end_of_log(out_ / job.folder, 8)));
}

void GridProgress::say(const std::string& text) {
  line_.clear();
  fmt::print("{}\n", text);
  std::fflush(stdout);
}

}  // namespace liteheart
