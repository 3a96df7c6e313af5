#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "data/output_file.h"
#include "deploy/c_export.h"
#include "deploy/edge_export.h"
#include "deploy/engine.h"
#include "deploy/onnx_export.h"
#include "deploy/onnx_int8.h"
#include "deploy/prepared_windows.h"
#include "deploy/quantize.h"
#include "deploy/trees.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

struct ExportArguments {
  std::string model, to, out, data;
  bool int8 = false;
};

struct Target {
  const char *name, *extension;
};
constexpr Target kEdge = {"edge", ".lhm"}, kOnnx = {"onnx", ".onnx"}, kC = {"c", ".h"};

/// The target that is asked for, or else the one that the output's name tells; kEdge where both are
/// left out.
const Target& target_of(const ExportArguments& a) {
  if (a.to.empty() && a.out.empty()) return kEdge;
  const std::string extension = std::filesystem::path(a.out).extension().string();
  const Target* named = nullptr;
  const Target* asked = nullptr;
  for (const Target* target : {&kEdge, &kOnnx, &kC}) {
    if (extension == target->extension) named = target;
    if (a.to == target->name) asked = target;
  }
  if (asked == nullptr && named == nullptr)
    throw Error(a.out, "its name does not tell the format",
                "end it with .lhm, .onnx or .h, or choose one with --to");
  if (asked != nullptr && named != nullptr && asked != named)
    throw Error(a.out, fmt::format("is the name of another format than {}", a.to),
                fmt::format("end it with {}", asked->extension));
  return asked != nullptr ? *asked : *named;
}

std::vector<float> calibration(const Model& model, const std::string& folder) {
  if (folder.empty())
    throw Error("--int8", "needs recordings to learn the ranges of activations from",
                "name a prepared data set with --data");
  return calibration_windows(model.card, PreparedDataset(folder));
}

std::string edge_file(const Model& model, const Target& target, const ExportArguments& a,
                      const std::filesystem::path& out) {
  const auto bytes =
      a.int8 ? edge_bytes(quantize(edge_graph(model), model.card, calibration(model, a.data)),
                          model.card)
             : edge_bytes(model);
  return &target == &kC ? c_header(bytes, model.card, out)
                        : std::string(bytes.begin(), bytes.end());
}

/// Of an .lhm file a header: all else needs the trained weights.
std::string header_of(const std::filesystem::path& file, const Target& target,
                      const ExportArguments& a, const std::filesystem::path& out) {
  if (&target != &kC || a.int8)
    throw Error(
        file.string(), "is exported already",
        "--to c makes a header of it; the rest needs the training's folder or .safetensors");
  const auto engine = open_edge_engine(file, 1);
  return c_header(engine->edge_model(), engine->card(), out);
}

std::string file_for(const std::filesystem::path& file, const Target& target,
                     const ExportArguments& a, const std::filesystem::path& out) {
  if (is_edge_model(file)) return header_of(file, target, a, out);
  const Model model = load_model(file);
  require_trees_for_devices(model, file.string());
  if (&target != &kOnnx) return edge_file(model, target, a, out);
  return a.int8 ? onnx_int8_bytes(model, calibration(model, a.data)) : onnx_bytes(model);
}

void run(const ExportArguments& a) {
  const Target& target = target_of(a);
  const std::filesystem::path file = model_file(a.model);
  std::filesystem::path out = a.out;
  if (out.empty()) {
    out = std::filesystem::path(file).replace_extension(
        fmt::format("{}{}", a.int8 ? ".int8" : "", target.extension));
  }
  std::error_code ignored;
  if (std::filesystem::equivalent(out, file, ignored))
    throw Error(out.string(), "is the model itself", "choose another name for --out");
  if (!a.data.empty() && !a.int8)
    throw Error("--data", "is for --int8, which learns ranges from it",
                "leave it out, or add --int8");
  replace_file(out, file_for(file, target, a, out));
  fmt::print("{}: {} bytes\n", out.string(), std::filesystem::file_size(out));
}

}  // namespace

void add_export(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "export",
      "Write a trained model, with everything that a diagnosis depends on, as a file for devices:\n"
      "  edge  .lhm   for LiteHeart's own library; diagnose and describe read it too\n"
      "  c     .h     the same as an array, to compile into a program\n"
      "  onnx  .onnx  for ONNX Runtime and others: input 'window', conditioned as the metadata\n"
      "               say; outputs 'logits', 'probabilities' and, of models that restore them,\n"
      "               the 12 leads 'restored'; with --int8, quantized around each product.\n"
      "               Its networks alone, with thresholds of their own: trees measure, no graph "
      "does");
  const auto a = std::make_shared<ExportArguments>();
  command->add_option("MODEL", a->model, "training folder or model file; an .lhm file for --to c")
      ->required();
  command->add_option("--to", a->to, "default: what the name of --out tells; edge without that")
      ->check(CLI::IsMember({kEdge.name, kC.name, kOnnx.name}));
  command->add_option("--out", a->out, "file to write; default: beside the model");
  command->add_flag("--int8", a->int8,
                    "products in bytes, a quarter of the size and faster; needs --data");
  command->add_option("--data", a->data,
                      "prepared data set, whose training records show the ranges of activations");
  command->footer(
      "Example: liteheart export lite --out lite.lhm\n"
      "         liteheart export lite --int8 --data data --out lite-int8.lhm");
  command->callback([a] { run(*a); });
}

}  // namespace liteheart
