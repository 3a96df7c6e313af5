#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>
#include <memory>

#include "cli/commands.h"
#include "deploy/agreement.h"
#include "deploy/edge_export.h"
#include "deploy/prepared_windows.h"
#include "deploy/quantize.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

constexpr std::size_t kCalibrationWindows = 512;

struct CheckArguments {
  std::string model, data, split = "test";
  std::size_t most = 0;
  bool best = false;
};

std::vector<std::uint8_t> read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error(path, "cannot be read", "check the name");
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Every kernel path of this machine, or the best alone.
void add_edge_ways(std::vector<Way>& ways, const std::string& kind,
                   const std::vector<std::uint8_t>& bytes, bool best) {
  const edge::Kernels* paths[8];
  const std::size_t count = edge::kernel_paths(paths, 8);
  for (std::size_t p = best ? count - 1 : 0; p < count; ++p)
    ways.push_back(
        {fmt::format("{} {}", kind, paths[p]->name), edge_engine(bytes, "edge model", *paths[p])});
}

std::vector<Way> ways_of(const CheckArguments& a, const PreparedDataset& data) {
  std::vector<Way> ways;
  if (is_edge_model(a.model)) {
    add_edge_ways(ways, "edge", read_bytes(a.model), a.best);
    return ways;
  }
  ways.push_back({"libtorch", open_torch_engine(a.model, 1)});
  const Model model = load_model(model_file(a.model));
  const EdgeGraph graph = edge_graph(model);
  add_edge_ways(ways, "edge fp32", edge_bytes(with_fewer_products(graph), model.card), a.best);
  const auto calibration = spread(data.indices(Split::kTrain), kCalibrationWindows);
  if (calibration.empty()) return ways;
  const auto windows = model_windows(model.card, data, calibration);
  add_edge_ways(ways, "edge int8", edge_bytes(quantize(graph, model.card, windows), model.card),
                a.best);
  return ways;
}

/// Labels of the model's classes; those that the data set does not have are left out of AUC and
/// MAP, as classes without positives.
Predictions truth_of(const ModelCard& card, const PreparedDataset& data,
                     std::span<const std::size_t> records) {
  Predictions truth;
  truth.records = records.size();
  truth.classes = card.classes.size();
  std::vector<std::ptrdiff_t> column;
  for (const Diagnosis& d : card.classes) {
    const auto at = std::find_if(data.classes().begin(), data.classes().end(),
                                 [&](const Diagnosis& c) { return c.code == d.code; });
    column.push_back(at == data.classes().end() ? -1 : at - data.classes().begin());
  }
  for (const std::size_t record : records) {
    const auto labels = data.labels(record);
    for (const auto c : column)
      truth.label.push_back(c < 0 ? 0 : labels[static_cast<std::size_t>(c)]);
  }
  return truth;
}

void run(const CheckArguments& a) {
  const PreparedDataset data(a.data);
  const Split split = a.split == "train"      ? Split::kTrain
                      : a.split == "validate" ? Split::kValidate
                                              : Split::kTest;
  auto records = data.indices(split);
  if (records.empty())
    throw Error(a.data, "has no records in the split '" + a.split + "'", "choose another --split");
  if (a.most > 0) records = spread(records, a.most);
  auto ways = ways_of(a, data);
  const ModelCard& card = ways.front().engine->card();
  fmt::print("{} recordings, one thread; each way against the first: differences of logits\n\n",
             records.size());
  const auto rows =
      agreement(ways, model_windows(card, data, records), truth_of(card, data, records));
  fmt::print("{}\n{}\n", to_table(rows), kDisclaimer);
}

}  // namespace

void add_check(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "check",
      "Run the same recordings through libtorch and through the edge library, in floats and in\n"
      "bytes, on every kernel path of this machine, and print where they part.");
  const auto a = std::make_shared<CheckArguments>();
  command->add_option("MODEL", a->model, "training folder, model file, or .lhm file")->required();
  command->add_option("DATA", a->data, "folder of a prepared data set")->required();
  command->add_option("--split", a->split, "records to run")
      ->capture_default_str()
      ->check(CLI::IsMember({"train", "validate", "test"}));
  command->add_option("--most", a->most, "at most so many records, spread evenly; 0: all")
      ->capture_default_str();
  command->add_flag("--best", a->best,
                    "of the kernel paths, only the one that this machine would use: faster");
  command->callback([a] { run(*a); });
}

}  // namespace liteheart
