// The log that `train` and `distil` leave in a training's folder, and its curves.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "report/panel_figure.h"

namespace liteheart {

struct LoggedEpoch {
  int epoch = 0;
  std::map<std::string, double> losses;  // mean, by name; "total" is weighted, its parts are not
  double map = 0, auc = 0;               // validation
  bool best = false;
  std::uint64_t step = 0;  // steps done by then
  double seconds = 0;      // of training by then; 0 in logs from before it was written
};

/// The epochs of `folder`/log.jsonl, ascending; empty where there is no such file. A line that is
/// not one of an epoch is left out.
std::vector<LoggedEpoch> read_training_log(const std::filesystem::path& folder);

/// Over the epochs, of which there is one at least; `title` names the training.
Panel losses_panel(const std::string& title, const std::vector<LoggedEpoch>& epochs);
Panel validation_panel(const std::string& title, const std::vector<LoggedEpoch>& epochs);

/// What the panels show.
std::string training_caption();

/// The page that stands in a training's folder: `title` names it. Throws Error where the log has no
/// epoch.
std::string training_page(const std::string& title, const std::filesystem::path& folder);

}  // namespace liteheart
