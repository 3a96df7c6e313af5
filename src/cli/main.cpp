#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "cli/commands.h"
#include "ecg/error.h"
#include "eval/report.h"

int main(int argc, char** argv) {
  CLI::App app(
      "liteheart: diagnose from one ECG lead what networks see in twelve.\n"
      "A usual course: prepare, train (teacher), distil, evaluate, diagnose.\n" +
      std::string(liteheart::kDisclaimer));
  app.require_subcommand(1);
  app.failure_message([](const CLI::App* failed, const CLI::Error& error) {
    const auto unknown = failed->remaining();
    if (error.get_name() != "RequiredError" || unknown.empty())
      return CLI::FailureMessage::simple(failed, error);
    return "'" + unknown.front() + "' is not a subcommand\n" +
           CLI::FailureMessage::simple(failed, error);
  });
  app.set_version_flag("--version", LITEHEART_VERSION);
  liteheart::add_simulate(app);
  liteheart::add_prepare(app);
  liteheart::add_train(app);
  liteheart::add_distil(app);
  liteheart::add_evaluate(app);
  liteheart::add_diagnose(app);
  liteheart::add_import(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "liteheart: %s\n", e.what());
    return 1;
  }
  return 0;
}
