#include "experiment/table_of_systems.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "ecg/leads.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

/// Reads one table: the cells of a protocol on a test set.
class TableReader {
 public:
  TableReader(const Grid& grid, const Experiment& e, const fs::path& out, SystemTable table)
      : grid_(grid), experiment_(e), out_(out), table_(std::move(table)) {}

  void add(const Cell& cell) {
    const std::size_t row = row_of(cell);
    ++table_.rows[row].seeds_wanted;
    const Job &evaluation = grid_.jobs[cell.evaluation], &training = grid_.jobs[cell.training];
    const auto result = evaluation_result(out_ / evaluation.folder);
    if (!result) return;
    SystemRow& r = table_.rows[row];
    ++r.seeds;
    if (const auto trained = training_result(out_ / training.folder))
      r.trainings.push_back(*trained);
    r.parameters = result->at("model").value("parameters", r.parameters);
    r.multiply_adds = result->at("model").value("multiply_adds", r.multiply_adds);
    if (const auto coverage = result->at("model").find("coverage");
        coverage != result->at("model").end() && coverage->is_number())
      r.coverage.push_back(*coverage);
    if (result->contains("restoration")) add_restoration(r, result->at("restoration"));
    auto stored = read_predictions(out_ / evaluation.folder / "predictions");
    if (table_.records == 0) describe(stored);
    systems_[row].seeds.push_back(std::move(stored));
  }

  SystemTable finish(const BootstrapOptions& bootstrap) {
    for (std::size_t s = 0; s < systems_.size(); ++s) {
      const std::string& method = table_.rows[s].method;
      if (method == kTeacherMethod) continue;
      const auto& axes = table_.rows[s].axes;
      if (method != experiment_.baseline) {
        systems_[s].baseline = row_called(experiment_.baseline, axes);
        systems_[s].teacher = row_called(kTeacherMethod, std::vector<std::string>(axes.size()));
      }
      if (method != experiment_.compare)
        systems_[s].rival_of = row_called(experiment_.compare, axes);
    }
    auto numbers = seeded_numbers(systems_, bootstrap);
    for (std::size_t s = 0; s < systems_.size(); ++s)
      table_.rows[s].numbers = std::move(numbers[s]);
    return std::move(table_);
  }

 private:
  std::optional<std::size_t> row_called(const std::string& method,
                                        const std::vector<std::string>& axes) const {
    const auto at = std::find_if(table_.rows.begin(), table_.rows.end(), [&](const SystemRow& r) {
      return r.method == method && r.axes == axes;
    });
    if (at == table_.rows.end()) return std::nullopt;
    return static_cast<std::size_t>(at - table_.rows.begin());
  }

  std::size_t row_of(const Cell& cell) {
    if (const auto known = row_called(cell.method, cell.axes)) return *known;
    SystemRow& row = table_.rows.emplace_back();
    row.method = cell.method;
    row.axes = cell.axes;
    systems_.emplace_back();
    return table_.rows.size() - 1;
  }

  static void add_restoration(SystemRow& row, const nlohmann::json& restored) {
    row.restoration.resize(kLeads);
    for (const auto& [name, lead] : restored.items())
      if (const auto index = lead_index(name); index && lead.at("pearson").is_number())
        row.restoration[static_cast<std::size_t>(*index)].push_back(lead.at("pearson"));
  }

  void describe(const StoredPredictions& s) {
    const Predictions& p = s.predictions;
    table_.classes = s.classes;
    table_.records = p.records;
    table_.patients = std::set<int>(p.patient.begin(), p.patient.end()).size();
    table_.positives.resize(p.classes);
    for (std::size_t i = 0; i < p.label.size(); ++i) table_.positives[i % p.classes] += p.label[i];
  }

  const Grid& grid_;
  const Experiment& experiment_;
  const fs::path& out_;
  SystemTable table_;
  std::vector<SeededSystem> systems_;  // as table_.rows
};

}  // namespace

std::vector<SystemTable> system_tables(const Grid& grid, const GridOfExperiment& e,
                                       const fs::path& out, const BootstrapOptions& bootstrap) {
  const std::string& pooled = e.experiment.pooled;
  std::vector<std::pair<std::string, std::string>> keys;
  const auto add_key = [&](const std::string& protocol, const std::string& test) {
    const std::pair key(protocol, test);
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  };
  for (const Cell& cell : e.cells) add_key(cell.protocol, cell.test);
  if (!pooled.empty())
    for (const Cell& cell : e.cells) add_key(pooled, cell.test);

  std::vector<SystemTable> tables;
  for (const auto& [protocol, test] : keys) {
    SystemTable empty;
    empty.protocol = protocol;
    empty.test = test;
    TableReader reader(grid, e.experiment, out, std::move(empty));
    for (const Cell& cell : e.cells)
      if ((protocol == pooled || cell.protocol == protocol) && cell.test == test) reader.add(cell);
    tables.push_back(reader.finish(bootstrap));
  }
  return tables;
}

}  // namespace liteheart
