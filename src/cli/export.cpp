#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "data/output_file.h"
#include "deploy/edge_export.h"
#include "deploy/prepared_windows.h"
#include "deploy/quantize.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

constexpr std::size_t kCalibrationWindows = 512;

struct ExportArguments {
  std::string model, to = "edge", out, data;
  bool int8 = false;
};

/// The model's operations in bytes, their ranges learned from training records of `folder`.
EdgeGraph quantized(const Model& model, const std::string& folder) {
  if (folder.empty())
    throw Error("--int8", "needs recordings to learn the ranges of activations from",
                "name a prepared data set with --data");
  const PreparedDataset data(folder);
  const auto records = spread(data.indices(Split::kTrain), kCalibrationWindows);
  return quantize(edge_graph(model), model.card, model_windows(model.card, data, records));
}

void run(const ExportArguments& a) {
  const std::filesystem::path file = model_file(a.model);
  std::filesystem::path out = a.out;
  if (out.empty())
    out = std::filesystem::path(file).replace_extension(a.int8 ? ".int8.lhm" : ".lhm");
  const Model model = load_model(file);
  const auto bytes = a.int8 ? edge_bytes(quantized(model, a.data), model.card) : edge_bytes(model);
  auto unfinished = out;
  unfinished += ".tmp";
  write_file(unfinished, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  std::filesystem::rename(unfinished, out);
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
  command->add_flag("--int8", a->int8,
                    "products in bytes, a quarter of the size and faster; needs --data");
  command->add_option("--data", a->data,
                      "prepared data set, whose training records show the ranges of activations");
  command->callback([a] { run(*a); });
}

}  // namespace liteheart
