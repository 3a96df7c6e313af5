// What every subcommand that reads recordings lets a user add to a file that does not tell it.
#pragma once

#include <CLI/CLI.hpp>

#include "formats/read_options.h"

namespace liteheart {

void add_read_options(CLI::App& command, ReadOptions& options);

}  // namespace liteheart
