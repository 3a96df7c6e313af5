// One experiment's numbers as one long table: a row a number.
#pragma once

#include <filesystem>
#include <string>

#include "experiment/grid.h"

namespace liteheart {

/// experiment,protocol,method,seed,AXES...,test_set,class,metric,value,low,high of all cells that
/// are complete below `out`. `class` is empty for macro numbers and those of the training, and a
/// lead's name for how well it is restored.
std::string tidy_csv(const Grid& grid, const GridOfExperiment& e, const std::filesystem::path& out);

}  // namespace liteheart
