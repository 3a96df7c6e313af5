// Numbers on the command line.
#pragma once

#include <CLI/CLI.hpp>

namespace liteheart {

/// From `low` to `high`, both included. Unlike CLI::Range it refuses what is no number (nan).
CLI::Validator number_from(double low, double high);

}  // namespace liteheart
