#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>

#include "cli/commands.h"
#include "cli/number_range.h"
#include "deploy/engine.h"
#include "deploy/model_bytes.h"
#include "deploy/speed.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

struct BenchArguments {
  std::string model;
  double seconds = 2;
};

void run(const BenchArguments& a) {
  if (std::isnan(a.seconds)) throw Error("--seconds", "is no number", "write 2, for example");
  if (!is_edge_model(a.model))
    throw Error(a.model, "is no .lhm file", "write one with liteheart export");
  const ModelBytes file = ModelBytes::read(a.model);
  fmt::print("{}: {}", a.model, to_table(time_model(file.bytes(), a.model, a.seconds)));
}

}  // namespace

void add_bench(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "bench",
      "Time an edge model (.lhm) on this machine: one window on one thread, without conditioning,\n"
      "on every kernel path that this processor has.");
  const auto a = std::make_shared<BenchArguments>();
  command->add_option("MODEL", a->model, ".lhm file, as export writes it")->required();
  command->add_option("--seconds", a->seconds, "time to spend on each kernel path")
      ->capture_default_str()
      ->check(number_from(0.01, 600.0));
  command->footer("Example: liteheart bench lite.lhm");
  command->callback([a] { run(*a); });
}

}  // namespace liteheart
