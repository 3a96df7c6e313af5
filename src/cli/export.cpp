#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "deploy/edge_export.h"

namespace liteheart {
namespace {

struct ExportArguments {
  std::string model, to = "edge", out;
};

void run(const ExportArguments& a) {
  const std::filesystem::path file = model_file(a.model);
  std::filesystem::path out = a.out;
  if (out.empty()) out = std::filesystem::path(file).replace_extension(".lhm");
  export_edge(load_model(file), out);
  fmt::print("{}: {} bytes\n", out.string(), std::filesystem::file_size(out));
}

}  // namespace

void add_export(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "export",
      "Write a trained model as a file for devices: everything that a diagnosis depends on, for\n"
      "the edge library (.lhm), which diagnose and describe read too.");
  const auto a = std::make_shared<ExportArguments>();
  command->add_option("MODEL", a->model, "training folder or model file")->required();
  command->add_option("--to", a->to, "edge: LiteHeart's own library")
      ->capture_default_str()
      ->check(CLI::IsMember({"edge"}));
  command->add_option("--out", a->out, "file to write; default: beside the model, named .lhm");
  command->callback([a] { run(*a); });
}

}  // namespace liteheart
