// An experiment as a page of docs/: its tables in Markdown.
#pragma once

#include <string>
#include <vector>

#include "experiment/experiment_file.h"
#include "experiment/table_of_systems.h"

namespace liteheart {

/// Per protocol and test set: macro numbers, the gap closed, how far the method to compare is ahead
/// of the others, restored leads, and the classes. What is not there yet is "-".
std::string summary_markdown(const Experiment& e, const std::vector<SystemTable>& tables,
                             const BootstrapOptions& bootstrap);

}  // namespace liteheart
