// An experiment spread out: every command that it takes, each once, and every cell of the table
// that they fill.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "experiment/experiment_file.h"
#include "experiment/job_folders.h"
#include "train/config.h"

namespace liteheart {

enum class JobKind : std::uint8_t { kPrepare, kTeacher, kStudent, kEvaluate };

/// One command of `liteheart` in a folder of its own. What is equal in two cells, or in two
/// experiments, is one job.
struct Job {
  JobKind kind;
  std::string label;  // for people: "ten-percent/liteheart/lead-I/seed-2"
  // Below --out. It ends in a hash of all that the result depends on.
  std::string folder;
  // Behind `liteheart`. What depends on the machine is left open: command.h fills it in.
  std::vector<std::string> words;
  std::vector<std::size_t> needs;    // jobs that come before
  std::string data;                  // the data set that it makes, trains or tests on, below --out
  std::vector<std::string> sources;  // of kPrepare: names
  TrainConfig config;                // of a training
};

/// A system measured on one test set: a cell of the table.
struct Cell {
  std::string protocol, method;   // method "teacher": the protocol's
  std::vector<std::string> axes;  // a value's name for each axis; of a teacher: empty ones
  std::uint64_t seed = 1;
  std::string test;                          // the data set's name in the file
  std::size_t training = 0, evaluation = 0;  // jobs
};

struct GridOfExperiment {
  Experiment experiment;
  std::vector<Cell> cells;
};

/// The jobs of all experiments, those that come before others first.
struct Grid {
  std::vector<Job> jobs;
  std::vector<GridOfExperiment> experiments;
};

/// Folders that are in `known` already keep their names. Throws Error naming the cell where a
/// training's settings are wrong.
Grid expand(const std::vector<Experiment>& experiments, const JobFolders& known);

}  // namespace liteheart
