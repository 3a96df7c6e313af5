#include <CLI/CLI.hpp>

#include "cli/commands.h"
namespace liteheart {
void add_evaluate(CLI::App&) {}
void add_diagnose(CLI::App&) {}
void add_import(CLI::App&) {}
}
