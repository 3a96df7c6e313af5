// What would make a training or its numbers worthless, found before the first epoch.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiment/grid.h"

namespace liteheart {

/// Looks at the prepared data sets below `out`. Throws Error where a split is impossible: no
/// records to train, choose or test on, a class without positives among those whose labels train
/// or test, a teacher that does not know a class or was trained on recordings of the test. Returns
/// warnings: classes without positives among the labelled records that choose the model.
std::vector<std::string> check_data(const Grid& grid, const std::filesystem::path& out);

}  // namespace liteheart
