#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "data/simulator.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

struct SimulateArguments {
  std::filesystem::path out;
  std::string centre = "all";
  std::size_t records = 1000;
  std::uint64_t seed = 1;
};

std::string centre_list() {
  std::string names;
  for (const SimulatedCentre& centre : simulated_centres())
    names += (names.empty() ? "" : ", ") + centre.name;
  return names;
}

void run_simulate(const SimulateArguments& arguments) {
  bool found = false;
  for (const SimulatedCentre& centre : simulated_centres()) {
    if (arguments.centre != "all" && arguments.centre != centre.name) continue;
    found = true;
    simulate_centre(centre, arguments.records, arguments.seed, arguments.out);
    fmt::print("{}: {} simulated recordings at {} Hz\n", (arguments.out / centre.name).string(),
               arguments.records, centre.rate_hz);
  }
  if (!found)
    throw Error("--centre", fmt::format("there is no centre '{}'", arguments.centre),
                fmt::format("choose all, {}", centre_list()));
}

}  // namespace

void add_simulate(CLI::App& app) {
  auto arguments = std::make_shared<SimulateArguments>();
  CLI::App* command = app.add_subcommand(
      "simulate",
      "Write simulated 12-lead recordings with known diagnoses, for trying LiteHeart out");
  command->footer(
      "Simulated recordings serve demonstrations and tests; what a model learns from them says "
      "nothing\n"
      "about patients. Each centre becomes a folder of WFDB records with a records.csv of "
      "patients\n"
      "and folds, ready for 'liteheart prepare'.\n"
      "Example: liteheart simulate --out simulated --records 500");
  command->add_option("--out", arguments->out, "Folder under which each centre's folder is made")
      ->required();
  command
      ->add_option(
          "--centre", arguments->centre,
          fmt::format("Whose device, noise and patients to imitate: all, {}", centre_list()))
      ->capture_default_str();
  command->add_option("--records", arguments->records, "Recordings of each centre")
      ->check(CLI::Range(1, 1000000000))
      ->capture_default_str();
  command
      ->add_option("--seed", arguments->seed,
                   "The same number gives the same recordings, another one others")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->callback([arguments] { run_simulate(*arguments); });
}

}  // namespace liteheart
