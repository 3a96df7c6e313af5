// The frame around the subcommands, shared by `liteheart` and `liteheart-networks`.
#pragma once

#include <initializer_list>

namespace CLI {
class App;
}

namespace liteheart {

/// Parses the command line with these subcommands and runs the one called. Returns the exit code:
/// 2 for a wrong command line, 1 for a failure, told in one line.
int run_program(int argc, char** argv, std::initializer_list<void (*)(CLI::App&)> subcommands);

/// Becomes `liteheart-networks` with the same arguments. Throws Error if it is not there.
[[noreturn]] void become_networks(char** argv);

}  // namespace liteheart
