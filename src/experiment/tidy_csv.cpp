#include "experiment/tidy_csv.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "data/csv.h"
#include "experiment/results.h"

namespace liteheart {
namespace {

using nlohmann::json;

constexpr std::string_view kInterval = "_interval";

class Table {
 public:
  explicit Table(const Experiment& e) {
    text_ = "experiment,protocol,method,seed,";
    for (const GridAxis& axis : e.axes) text_ += csv_field(axis.name) + ',';
    text_ += "test_set,class,metric,value,low,high\n";
  }

  void begin(const Experiment& e, const Cell& cell) {
    start_ = fmt::format("{},{},{},{},", csv_field(e.name), csv_field(cell.protocol),
                         csv_field(cell.method), cell.seed);
    for (const std::string& value : cell.axes) start_ += csv_field(value) + ',';
    start_ += csv_field(cell.test) + ',';
  }
  void add(const std::string& of, const std::string& metric, double value,
           const json& interval = {}) {
    text_ += fmt::format("{}{},{},{},", start_, csv_field(of), metric, value);
    text_ += interval.is_array()
                 ? fmt::format("{},{}\n", interval[0].get<double>(), interval[1].get<double>())
                 : ",\n";
  }
  /// Every number of `numbers`, each with its interval where it has one.
  void add_all(const std::string& of, const json& numbers) {
    for (const auto& [key, value] : numbers.items())
      if (value.is_number())
        add(of, key, value, numbers.value(key + std::string(kInterval), json()));
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_, start_;
};

void add_evaluation(Table& table, const json& result) {
  const json& model = result.at("model");
  table.add_all("", model);
  for (const json& c : model.at("classes")) {
    const std::string name = c.at("abbreviation"), code = c.at("code");
    table.add_all(name.empty() ? code : name, c);
  }
  if (!result.contains("restoration")) return;
  for (const auto& [lead, r] : result["restoration"].items())
    if (r.at("pearson").is_number()) table.add(lead, "restoration_r", r["pearson"]);
}

void add_training(Table& table, const TrainingResult& r) {
  table.add("", "epochs", r.epochs);
  table.add("", "best_epoch", r.best_epoch);
  table.add("", "seconds", r.seconds);
  table.add("", "validation_map", r.map);
  table.add("", "validation_auc", r.auc);
}

}  // namespace

std::string tidy_csv(const Grid& grid, const GridOfExperiment& e,
                     const std::filesystem::path& out) {
  Table table(e.experiment);
  for (const Cell& cell : e.cells) {
    const auto result = evaluation_result(out / grid.jobs[cell.evaluation].folder);
    if (!result) continue;
    table.begin(e.experiment, cell);
    add_evaluation(table, *result);
    if (const auto r = training_result(out / grid.jobs[cell.training].folder))
      add_training(table, *r);
  }
  return table.take();
}

}  // namespace liteheart
