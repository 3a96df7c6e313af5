// `liteheart`: the subcommands that need no libtorch, whose loading takes half a second; for all
// others, and for help, it becomes `liteheart-networks`.
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <string_view>

#include "cli/commands.h"
#include "cli/program.h"
#include "deploy/engine.h"

namespace {

char** arguments = nullptr;

}  // namespace

namespace liteheart {

/// A model that only libtorch can run.
std::unique_ptr<Engine> open_torch_engine(const std::filesystem::path&, int) {
  become_networks(arguments);
}

}  // namespace liteheart

int main(int argc, char** argv) {
  using namespace liteheart;
  static constexpr std::array<std::string_view, 9> kHere = {"prepare",  "simulate", "info",
                                                            "convert",  "draw",     "diagnose",
                                                            "describe", "bench",    "experiment"};
  arguments = argv;
  try {
    if (argc < 2 || std::find(kHere.begin(), kHere.end(), argv[1]) == kHere.end())
      become_networks(argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "liteheart: %s\n", e.what());
    return 1;
  }
  return run_program(argc, argv,
                     {add_prepare, add_simulate, add_info, add_convert, add_draw, add_diagnose,
                      add_describe, add_bench, add_experiment});
}
