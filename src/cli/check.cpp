#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "cli/commands.h"
#include "cli/progress.h"
#include "data/dataset_json.h"
#include "deploy/agreement.h"
#include "deploy/edge_export.h"
#include "deploy/model_bytes.h"
#include "deploy/onnx_engine.h"
#include "deploy/onnx_export.h"
#include "deploy/onnx_int8.h"
#include "deploy/prepared_windows.h"
#include "deploy/quantize.h"
#include "deploy/trees.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

struct CheckArguments {
  std::string model, data, split = "test";
  std::size_t most = 0;
  bool best = false;
};

/// Every kernel path of this machine, or the best alone.
void add_edge_ways(std::vector<Way>& ways, const std::string& kind,
                   std::span<const std::uint8_t> bytes, const CheckArguments& a) {
  const edge::Kernels* paths[8];
  const std::size_t count = edge::kernel_paths(paths, 8);
  for (std::size_t p = a.best ? count - 1 : 0; p < count; ++p)
    ways.push_back(
        {fmt::format("{} {}", kind, paths[p]->name), edge_engine(bytes, a.model, *paths[p])});
}

/// The one that LITEHEART_ONNXRUNTIME names, the system's, or the one that ./run bench puts beside
/// the builds; null where there is none.
std::shared_ptr<const OnnxRuntime> installed_onnx_runtime() {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto library = find_onnx_runtime(program.parent_path().parent_path() / "peers");
  return library.empty() ? nullptr : std::make_shared<const OnnxRuntime>(library);
}

/// What a table would have more of, elsewhere.
void leave_out(const char* what, const char* why) { fmt::print("left out: {}: {}\n", what, why); }

std::vector<Way> ways_of(const CheckArguments& a, const PreparedDataset& data) {
  std::vector<Way> ways;
  if (is_edge_model(a.model)) {
    leave_out("libtorch and ONNX Runtime",
              "an .lhm file runs in the edge library alone; name the training instead");
    add_edge_ways(ways, "edge", ModelBytes::read(a.model).bytes(), a);
    return ways;
  }
  ways.push_back({"libtorch", open_torch_engine(a.model, 1)});
  const Model model = load_model(model_file(a.model));
  require_trees_for_devices(model, a.model);
  const EdgeGraph graph = edge_graph(model);
  add_edge_ways(ways, "edge fp32", edge_bytes(with_fewer_products(graph), model.card), a);
  const auto onnx = installed_onnx_runtime();
  if (onnx != nullptr) {
    ways.push_back(
        {"ONNX Runtime " + onnx->version(), onnx_engine(onnx, onnx_bytes(model), model)});
  } else {
    leave_out("ONNX Runtime", "none is found; LITEHEART_ONNXRUNTIME names a libonnxruntime.so");
  }
  const auto windows = calibration_windows(model.card, data);
  if (windows.empty()) {
    leave_out("int8", "the data set has no training records to learn the ranges from");
    return ways;
  }
  add_edge_ways(ways, "edge int8", edge_bytes(quantize(graph, model.card, windows), model.card), a);
  if (onnx != nullptr) {
    ways.push_back(
        {"ONNX Runtime int8", onnx_engine(onnx, onnx_int8_bytes(model, windows), model)});
  }
  return ways;
}

void run(const CheckArguments& a) {
  const PreparedDataset data(a.data);
  auto records = data.indices(*split_named(a.split));
  if (records.empty())
    throw Error(a.data, "has no records in the split '" + a.split + "'", "choose another --split");
  if (a.most > 0) records = spread(records, a.most);
  const auto ways = ways_of(a, data);
  const ModelCard& card = ways.front().engine->card();
  std::optional<Progress> progress;
  std::string shown;
  const auto show = [&](const std::string& way, std::size_t done) {
    if (way != std::exchange(shown, way)) progress.emplace(way, records.size());
    progress->update(done);
  };
  const auto rows =
      agreement(ways, model_windows(card, data, records), model_truth(card, data, records), show);
  fmt::print("{} recordings, one thread; each way against the first: differences of logits\n\n",
             records.size());
  fmt::print("{}\n{}\n", to_table(rows), kDisclaimer);
}

}  // namespace

void add_check(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "check",
      "Run the same recordings through libtorch, through the edge library on every kernel path of\n"
      "this machine and, where it is installed, through ONNX Runtime, in floats and in bytes, and\n"
      "print where they part. LITEHEART_ONNXRUNTIME names a libonnxruntime.so.");
  const auto a = std::make_shared<CheckArguments>();
  command->add_option("MODEL", a->model, "training folder, model file, or .lhm file")->required();
  command->add_option("DATA", a->data, "folder of a prepared data set")->required();
  command->add_option("--split", a->split, "records to run")
      ->capture_default_str()
      ->check(CLI::IsMember({"train", "validate", "test"}));
  command->add_option("--most", a->most, "at most so many records, spread evenly; 0: all")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--best", a->best,
                    "of the kernel paths, only the one that this machine would use: faster");
  command->footer("Example: liteheart check lite data --most 100");
  command->callback([a] { run(*a); });
}

}  // namespace liteheart
