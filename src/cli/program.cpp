#include "cli/program.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>

#include "ecg/error.h"
#include "eval/report.h"

namespace liteheart {
namespace {

constexpr const char* kNotPrinted =
    "standard output: cannot be written (free some space, or send it elsewhere)";

/// What is still in memory goes out now, while there is someone to tell of a full disk.
void require_printed() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) throw Error("", kNotPrinted);
}

std::string failure(const CLI::App* app, const CLI::Error& error) {
  const auto unknown = app->remaining();
  const std::string text = CLI::FailureMessage::simple(app, error);
  if (error.get_name() != "RequiredError" || unknown.empty()) return text;
  return "'" + unknown.front() + "' is not a subcommand\n" + text;
}

}  // namespace

int run_program(int argc, char** argv, std::initializer_list<void (*)(CLI::App&)> subcommands) {
  CLI::App app(
      "liteheart: diagnose from one ECG lead what networks see in twelve.\n"
      "A usual course: prepare, train (teacher), distil, evaluate, diagnose.\n" +
          std::string(kDisclaimer),
      "liteheart");
  app.require_subcommand(1);
  app.set_version_flag("--version", LITEHEART_VERSION);
  app.failure_message(failure);
  for (const auto add : subcommands) add(app);
  try {
    app.parse(argc, argv);
    require_printed();
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "liteheart: %s\n", std::ferror(stdout) ? kNotPrinted : e.what());
    return 1;
  }
  return 0;
}

void become_networks(char** argv) {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored)
                           .replace_filename("liteheart-networks");
  ::execv(program.c_str(), argv);
  throw Error(program.string(), "cannot be started: it trains, evaluates and exports",
              "build or install it beside liteheart");
}

}  // namespace liteheart
