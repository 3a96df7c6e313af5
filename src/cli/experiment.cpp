#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "cli/commands.h"
#include "cli/grid_progress.h"
#include "data/comma_list.h"
#include "data/output_file.h"
#include "ecg/error.h"
#include "experiment/completeness.h"
#include "experiment/cost.h"
#include "experiment/data_checks.h"
#include "experiment/forest.h"
#include "experiment/grid.h"
#include "experiment/markdown.h"
#include "experiment/runner.h"
#include "experiment/summary.h"
#include "experiment/tidy_csv.h"
#include "report/paint.h"
#include "train/folder_lock.h"
#include "train/nearest_name.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

struct ExperimentArguments {
  std::vector<std::string> files, sources;
  std::string out = "experiments-out", only, into;
  std::size_t jobs = 0;
  bool dry_run = false, quick = false, summary = false;
};

SourceFolders read_sources(const std::vector<std::string>& given) {
  SourceFolders folders;
  for (const std::string& text : given) {
    const auto at = text.find('=');
    if (at == std::string::npos || at == 0 || at + 1 == text.size())
      throw Error("--source " + text, "is not NAME=FOLDER", "write --source ptb-xl=/data/ptb-xl");
    const fs::path folder = text.substr(at + 1);
    if (!fs::exists(folder))
      throw Error(folder.string(), "is not there",
                  fmt::format("say where the recordings of {} are", text.substr(0, at)));
    folders[text.substr(0, at)] = fs::canonical(folder);
  }
  return folders;
}

std::vector<Experiment> read_experiments(const ExperimentArguments& a) {
  std::vector<Experiment> all;
  for (const std::string& file : a.files) {
    all.push_back(read_experiment(file, a.quick));
    for (std::size_t i = 0; i + 1 < all.size(); ++i)
      if (all[i].name == all.back().name)
        throw Error(file, "has the name of another file, and so its results would too",
                    "call it otherwise");
  }
  return all;
}

/// The grid with those cells alone whose names contain one of the patterns.
Grid chosen_of(Grid grid, const std::string& patterns) {
  std::map<std::string, std::size_t> found;
  for (const std::string& pattern : comma_list(patterns)) found[pattern] = 0;
  if (found.empty()) return grid;
  for (GridOfExperiment& e : grid.experiments) {
    std::erase_if(e.cells, [&](const Cell& cell) {
      bool wanted = false;
      for (auto& [pattern, cells] : found) {
        const std::string anywhere = "*" + pattern + "*";
        if (::fnmatch(anywhere.c_str(), grid.jobs[cell.evaluation].label.c_str(), 0) != 0) continue;
        wanted = true;
        ++cells;
      }
      return !wanted;
    });
  }
  for (const auto& [pattern, cells] : found) {
    if (cells == 0)
      throw Error("--only " + pattern, "is in no cell's name", "--dry-run lists the names");
  }
  return grid;
}

/// The jobs that fill the cells, with all that those need.
std::vector<std::size_t> jobs_of(const Grid& grid) {
  std::set<std::size_t> all;
  for (const GridOfExperiment& e : grid.experiments)
    for (const Cell& cell : e.cells) all.insert(cell.evaluation);
  for (auto at = all.rbegin(); at != all.rend(); ++at)  // what a job needs comes before it
    for (const std::size_t need : grid.jobs[*at].needs) all.insert(need);
  return {all.begin(), all.end()};
}

std::size_t at_once(const ExperimentArguments& a, const Grid& grid) {
  if (a.jobs > 0) return a.jobs;
  const bool on_gpu = std::any_of(grid.jobs.begin(), grid.jobs.end(),
                                  [](const Job& j) { return j.config.device == "cuda"; });
  return on_gpu ? 1 : std::max(1u, std::thread::hardware_concurrency());
}

/// Throws Error where one source is missing, and another that no data set is made of is given.
void require_wanted(const SourceFolders& given, const Grid& grid) {
  std::set<std::string> wanted;
  for (const Job& job : grid.jobs) wanted.insert(job.sources.begin(), job.sources.end());
  const std::vector<std::string> known(wanted.begin(), wanted.end());
  if (std::ranges::all_of(known, [&](const std::string& name) { return given.contains(name); }))
    return;
  for (const auto& [name, folder] : given)
    if (!wanted.contains(name))
      throw Error(fmt::format("--source {}={}", name, folder.string()), "no data set is made of it",
                  fmt::format("did you mean '{}'? Known are {}", nearest_name(name, known),
                              fmt::join(known, ", ")));
}

void require_sources(const Grid& grid, const std::vector<std::size_t>& to_do,
                     const SourceFolders& sources) {
  for (const std::size_t job : to_do)
    for (const std::string& name : grid.jobs[job].sources)
      if (!sources.contains(name))
        throw Error("source " + name, "is not given, and its data set is not prepared yet",
                    fmt::format("add --source {}=FOLDER", name));
}

void print_plan(const Grid& grid, const std::vector<std::size_t>& jobs, CostModel& cost,
                Completeness& completeness, std::size_t jobs_at_once) {
  constexpr std::array<const char*, 4> kKinds = {"prepare", "teacher", "student", "evaluate"};
  std::vector<double> left;
  std::size_t complete = 0, unknown = 0;
  std::array<std::size_t, kKinds.size()> counts{};
  for (const std::size_t index : jobs) {
    const Job& job = grid.jobs[index];
    const bool is_done = completeness.is_complete(job);
    const auto seconds = is_done ? std::optional(0.0) : cost.seconds(job);
    ++counts[static_cast<std::size_t>(job.kind)];
    complete += is_done;
    if (!is_done && seconds) left.push_back(*seconds);
    unknown += !seconds;
    fmt::print("{:9}{:>12}  {}\n", kKinds[static_cast<std::size_t>(job.kind)],
               is_done   ? "done"
               : seconds ? duration_text(*seconds)
                         : "unknown",
               job.label);
  }
  std::size_t cells = 0;
  for (const GridOfExperiment& e : grid.experiments) cells += e.cells.size();
  double core_seconds = 0;
  for (const double s : left) core_seconds += s;
  fmt::print(
      "\n{} cells by {} commands: {} data sets, {} teachers, {} students, {} evaluations; {} "
      "done\n",
      cells, jobs.size(), counts[0], counts[1], counts[2], counts[3], complete);
  fmt::print("about {:.1f} core-hours to go: {} here with {} at a time\n", core_seconds / 3600,
             duration_text(wall_seconds(left, jobs_at_once)), jobs_at_once);
  if (unknown > 0)
    fmt::print("without {} of unknown length: give the --source of their data\n", unknown);
}

void write_csvs(const Grid& grid, const fs::path& out) {
  for (const GridOfExperiment& e : grid.experiments)
    replace_file(out / (e.experiment.name + ".csv"), tidy_csv(grid, e, out));
}

/// Of what is complete, and into the page `into` where there is one.
void write_summaries(const Grid& grid, const fs::path& out, const std::string& into) {
  const BootstrapOptions bootstrap;
  for (const GridOfExperiment& e : grid.experiments) {
    const auto tables = system_tables(grid, e, out, bootstrap);
    const std::string page = summary_markdown(e.experiment, tables, bootstrap);
    const fs::path file = out / (e.experiment.name + ".md");
    replace_file(file, page);
    const PanelFigure figure = forest_of_systems(e.experiment, tables);
    if (!figure.panels.empty())
      replace_file(out / (e.experiment.name + ".svg"), to_svg(sheet(figure, 2)));
    if (!into.empty()) replace_marked(into, e.experiment.name, page);
    fmt::print("{}\n", file.string());
  }
}

/// A run of the grid, from the data sets to the tables.
class GridRun {
 public:
  GridRun(const Grid& all, const Grid& chosen, RunOptions options, Completeness& completeness,
          CostModel& cost)
      : all_(all),
        chosen_(chosen),
        options_(std::move(options)),
        completeness_(completeness),
        jobs_(jobs_of(chosen)),
        progress_(chosen, options_.out, cost, options_.at_once, jobs_.size()) {}

  /// Throws Error where a job failed, or the user asked to stop.
  void run() {
    std::vector<std::size_t> to_do;
    for (const std::size_t job : jobs_)
      if (!completeness_.is_complete(all_.jobs[job])) to_do.push_back(job);
    require_sources(all_, to_do, options_.sources);
    progress_.found_complete(jobs_.size() - to_do.size());
    const auto first_training = std::stable_partition(
        to_do.begin(), to_do.end(),
        [&](std::size_t job) { return all_.jobs[job].kind == JobKind::kPrepare; });
    run_part({to_do.begin(), first_training}, 1);  // each with all cores
    for (const std::string& warning : check_data(chosen_, options_.out))
      progress_.say("warning: " + warning);
    run_part({first_training, to_do.end()}, options_.at_once);
    write_csvs(all_, options_.out);
  }

 private:
  void run_part(const std::vector<std::size_t>& jobs, std::size_t at_a_time) {
    RunOptions options = options_;
    options.at_once = at_a_time;
    RunEvents events;
    events.tick = [&](const RunState& state) { progress_.tick(state); };
    events.finished = [&](std::size_t job) {
      progress_.finished(job);
      if (all_.jobs[job].kind == JobKind::kEvaluate) write_csvs(all_, options_.out);
    };
    events.failed = [&](std::size_t job, int status) { progress_.failed(job, status); };
    events.stopping = [&] {
      progress_.say("stopping: the trainings under way leave a checkpoint (again: at once)");
    };
    const RunOutcome outcome = run_jobs(all_, jobs, options, completeness_, events);
    progress_.end();
    if (outcome.stopped)
      throw Error(options_.out.string(), "stopped on request", "the same command continues");
    if (!outcome.failed.empty()) report(outcome);
  }

  [[noreturn]] void report(const RunOutcome& outcome) const {
    const auto labels = [&](const std::vector<std::size_t>& jobs) {
      std::vector<std::string> all;
      all.reserve(jobs.size());
      for (const std::size_t job : jobs) all.push_back(all_.jobs[job].label);
      return fmt::format("{}", fmt::join(all, ", "));
    };
    throw Error(
        options_.out.string(),
        fmt::format("failed: {}{}{}", labels(outcome.failed),
                    outcome.left_out.empty() ? "" : "; left out, as they need one of these: ",
                    labels(outcome.left_out)),
        "their log.txt says why; the same command tries again");
  }

  const Grid &all_, &chosen_;
  RunOptions options_;
  Completeness& completeness_;
  std::vector<std::size_t> jobs_;
  GridProgress progress_;
};

void run(const ExperimentArguments& a) {
  const fs::path out = fs::absolute(a.out).lexically_normal();
  const SourceFolders sources = read_sources(a.sources);
  const Grid all = expand(read_experiments(a), JobFolders(out));
  require_wanted(sources, all);
  const Grid chosen = chosen_of(all, a.only);
  Completeness completeness(out, sources);
  CostModel cost(all, out, sources);
  if (a.summary) {
    if (!fs::is_directory(out))
      throw Error(out.string(), "is not there", "run the experiment first, or give its --out");
    write_csvs(all, out);
    return write_summaries(all, out, a.into);
  }
  if (a.dry_run) return print_plan(all, jobs_of(chosen), cost, completeness, at_once(a, all));
  std::error_code failed;
  fs::create_directories(out, failed);
  const FolderLock lock(out, "experiment");
  const fs::path program = fs::read_symlink("/proc/self/exe").replace_filename("liteheart");
  GridRun(all, chosen, {program, out, sources, at_once(a, all)}, completeness, cost).run();
  write_summaries(all, out, a.into);
}

}  // namespace

void add_experiment(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "experiment",
      "Run a grid of trainings that a file describes, and make its table.\n"
      "Interrupted in any way, the same command continues; what is complete is not run again.");
  command->footer(
      "A file names data sets, protocols (how labels are split, and the teacher), methods, seeds "
      "and\n"
      "further axes; experiments/ has some, docs/experiments.md says how to write one. Below "
      "--out:\n"
      "  NAME.csv      every number of every cell, a row each\n"
      "  NAME.md       its tables, with intervals over patients and spread over seeds\n"
      "  NAME.svg      macro AUC and MAP of every system as a figure\n"
      "  cells/...     a folder each: command.txt (can be run alone), log.txt, the model\n"
      "Files that share --out share data sets, teachers and equal trainings.\n"
      "Example: liteheart experiment experiments/ablation.toml --source ptb-xl=ptbxl --dry-run");
  const auto a = std::make_shared<ExperimentArguments>();
  command->add_option("FILE", a->files, "experiments (TOML); several run as one")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--source", a->sources,
                      "NAME=FOLDER: where the recordings are that the file calls NAME");
  command->add_option("--out", a->out, "folder for everything that is made")->capture_default_str();
  command
      ->add_option("--jobs", a->jobs,
                   "trainings at the same time, a thread each; 0: one a core, or one with "
                   "device = \"cuda\"")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_option("--only", a->only,
                      "only cells whose names contain one of these, separated by commas, such as "
                      "baseline/,liteheart/seed-1 or lead-V*");
  command->add_flag("--dry-run", a->dry_run,
                    "list the commands and their hours on this machine; run nothing");
  command->add_flag("--quick", a->quick, "the reduced form that the file's [quick] describes");
  command->add_flag("--summary", a->summary,
                    "run nothing: make the tables of what is there, complete or not");
  command->add_option("--into", a->into,
                      "also put the tables into this page, between <!-- experiment NAME --> and "
                      "<!-- /experiment NAME -->");
  command->callback([a] { run(*a); });
}

}  // namespace liteheart
