// The cells of an experiment gathered for its tables: the seeds of a system together.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ecg/vocabulary.h"
#include "experiment/grid.h"
#include "experiment/results.h"
#include "experiment/seed_statistics.h"

namespace liteheart {

/// A system in one place of the grid: a row of the tables.
struct SystemRow {
  std::string method;
  std::vector<std::string> axes;  // as Cell::axes
  std::size_t seeds = 0, seeds_wanted = 0;
  std::vector<TrainingResult> trainings;         // of the seeds that are there
  std::vector<std::vector<double>> restoration;  // [lead] Pearson r of each seed; or empty
  double parameters = 0, multiply_adds = 0;      // of a window; 0 where no seed says
  std::vector<double> coverage;                  // share of diagnoses judged, of each seed
  SeededNumbers numbers;
};

/// One protocol on one test set; or all protocols, by the experiment's `pooled`, each as further
/// seeds.
struct SystemTable {
  std::string protocol, test;
  std::vector<Diagnosis> classes;         // code and abbreviation
  std::vector<std::size_t> positives;     // [class]
  std::size_t records = 0, patients = 0;  // 0: nothing measured yet
  std::vector<SystemRow> rows;            // the teacher first, then axis by axis
};

/// Reads what is complete below `out`. Throws Error.
std::vector<SystemTable> system_tables(const Grid& grid, const GridOfExperiment& e,
                                       const std::filesystem::path& out,
                                       const BootstrapOptions& bootstrap);

}  // namespace liteheart
