#include "cli/program.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "ecg/error.h"
#include "eval/report.h"
#include "train/nearest_name.h"

namespace liteheart {
namespace {

constexpr const char* kNotPrinted =
    "standard output: cannot be written (free some space, or send it elsewhere)";

/// What is still in memory goes out now, while there is someone to tell of a full disk.
void require_printed() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) throw Error("", kNotPrinted);
}

/// The nearest of its subcommand's options.
std::string no_such_option(const CLI::App& command, const std::string& word) {
  std::vector<std::string> known;
  for (const CLI::Option* option : command.get_options())
    if (!option->get_lnames().empty()) known.push_back("--" + option->get_lnames().front());
  return "'" + word + "' is no option of liteheart " + command.get_name() + "; did you mean '" +
         nearest_name(word, known) + "'?\nRun with --help for more information.\n";
}

std::string failure(const CLI::App* app, const CLI::Error& error) {
  for (const CLI::App* called : app->get_subcommands()) {
    for (const std::string& word : called->remaining())
      if (word.starts_with("--")) return no_such_option(*called, word.substr(0, word.find('=')));
  }
  const auto unknown = app->remaining();
  std::string text = CLI::FailureMessage::simple(app, error);
  if (error.get_name() != "RequiredError" || unknown.empty()) return text;
  return "'" + unknown.front() + "' is not a subcommand\n" + text;
}

/// Settings are spelled as in TOML (--labelled_share), other options as usual (--min-positives);
/// here each is understood in both ways.
std::string known_spelling(const CLI::App& command, const std::string& word) {
  if (!word.starts_with("--")) return word;
  std::string name = word.substr(0, word.find('='));
  for (const auto& [from, to] : {std::pair{'-', '_'}, std::pair{'_', '-'}}) {
    if (command.get_option_no_throw(name) != nullptr) break;
    name = word.substr(0, name.size());
    std::replace(name.begin() + 2, name.end(), from, to);
  }
  return command.get_option_no_throw(name) == nullptr ? word : name + word.substr(name.size());
}

/// What was typed, as CLI::App::parse takes it: backwards.
std::vector<std::string> typed(const CLI::App& app, int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const auto called = app.get_subcommands(
      [&](const CLI::App* command) { return !words.empty() && command->get_name() == words[0]; });
  if (!called.empty())
    for (std::string& word : words) word = known_spelling(*called[0], word);
  std::reverse(words.begin(), words.end());
  return words;
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
    app.parse(typed(app, argc, argv));
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
