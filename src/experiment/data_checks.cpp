#include "experiment/data_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "data/comma_list.h"
#include "data/dataset.h"
#include "data/splits.h"
#include "ecg/error.h"
#include "eval/report_format.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;
using Records = std::vector<std::size_t>;

std::vector<std::string> classes_without_positives(const PreparedDataset& data,
                                                   const Records& records) {
  std::vector<std::string> without;
  for (std::size_t c = 0; c < data.classes().size(); ++c)
    if (std::none_of(records.begin(), records.end(),
                     [&](std::size_t i) { return data.labels(i)[c] != 0; }))
      without.push_back(short_name(data.classes()[c]));
  return without;
}

/// Throws Error where there are no records, or a class has no positives among them.
void require_positives(const std::string& place, const PreparedDataset& data,
                       const Records& records, const std::string& what) {
  if (records.empty())
    throw Error(place, fmt::format("there is no record to {}", what),
                "prepare it with other folds or another split, or raise labelled");
  const auto without = classes_without_positives(data, records);
  if (!without.empty())
    throw Error(place,
                fmt::format("no positives of {} among the {} records to {}",
                            fmt::join(without, ", "), records.size(), what),
                "raise labelled or --min-positives, name the classes with --classes, or split "
                "otherwise");
}

class DataChecks {
 public:
  explicit DataChecks(const fs::path& out) : out_(out) {}

  void check(const Grid& grid, const Job& training) {
    check_labels(training);
    // Behind its data come the trainings that it learns from or starts with.
    for (std::size_t i = 1; i < training.needs.size(); ++i)
      check_teacher(training, grid.jobs[training.needs[i]]);
  }

  void check_test(const Cell& cell, const Job& evaluation, bool of_its_own) {
    if (!tested_.insert(evaluation.data).second) return;
    const PreparedDataset& data = open(evaluation.data);
    const Records records = data.indices(Split::kTest);
    const std::string place = fmt::format("test set {}", cell.test);
    if (of_its_own) {
      require_positives(place, data, records, "test on");
    } else if (records.empty()) {
      throw Error(place, "there is no record to test on", "prepare it with --split test");
    }
  }

  /// Of a method with a data set of its own: that it is not trained on the protocol's test.
  void check_own_data(const Job& training, const Job& evaluation) {
    if (training.data == evaluation.data) return;
    if (!apart_.emplace(training.data, evaluation.data).second) return;
    require_other_patients(training.label, "is", training.data, evaluation.data,
                           "prepare the method's data set from other folds");
  }

  std::vector<std::string> take_warnings() { return std::move(warnings_); }

 private:
  void check_labels(const Job& training) {
    const TrainConfig& c = training.config;
    if (!checked_.emplace(training.data, c.labelled, c.labelled_seed, c.unlabelled_centres).second)
      return;
    const PreparedDataset& data = open(training.data);
    const auto known =
        choose_labelled(data, c.labelled, c.labelled_seed, comma_list(c.unlabelled_centres));
    const auto labelled = [&](Split split) {
      Records records = data.indices(split);
      std::erase_if(records, [&](std::size_t i) { return !known[i]; });
      return records;
    };
    const std::string place = fmt::format("{} (labelled = {})", training.label, c.labelled);
    require_positives(place, data, labelled(Split::kTrain), "train on with labels");
    const Records chosen_by = labelled(Split::kValidate);
    if (chosen_by.empty())
      throw Error(place, "there is no labelled record to choose the model by",
                  "raise labelled, or prepare with a larger validation split");
    const auto without = classes_without_positives(data, chosen_by);
    if (!without.empty())
      warnings_.push_back(fmt::format(
          "{}: no positives of {} among the {} labelled records of the validation split: their "
          "thresholds stay at 0.5",
          place, fmt::join(without, ", "), chosen_by.size()));
  }

  const PreparedDataset& open(const std::string& folder) {
    const auto known = open_.find(folder);
    if (known != open_.end()) return known->second;
    return open_.emplace(folder, PreparedDataset(out_ / folder)).first->second;
  }

  /// Throws Error where `data`, which it is trained on, has patients of the test split of `tested`.
  void require_other_patients(const std::string& place, const std::string& who,
                              const std::string& data, const std::string& tested,
                              const char* remedy) {
    const PreparedDataset &from = open(data), &test = open(tested);
    std::set<std::string_view> patients;
    for (const std::size_t i : test.indices(Split::kTest)) patients.insert(test.rows()[i].patient);
    for (const Split split : {Split::kTrain, Split::kValidate})
      for (const std::size_t i : from.indices(split))
        if (patients.contains(from.rows()[i].patient))
          throw Error(place,
                      fmt::format("{} trained on patient {}, who is in the test split", who,
                                  from.rows()[i].patient),
                      remedy);
  }

  void check_teacher(const Job& training, const Job& teacher) {
    if (teacher.data == training.data) return;
    if (!taught_.emplace(training.data, teacher.data).second) return;
    const std::string& place = training.label;
    const PreparedDataset &data = open(training.data), &from = open(teacher.data);
    for (const Diagnosis& d : data.classes())
      if (std::none_of(from.classes().begin(), from.classes().end(),
                       [&](const Diagnosis& t) { return t.code == d.code; }))
        throw Error(place,
                    fmt::format("its teacher's data set does not have the class {}", short_name(d)),
                    "prepare both with the same --classes");
    require_other_patients(place, "its teacher is", teacher.data, training.data,
                           "prepare the teacher's data set from other folds");
  }

  const fs::path& out_;
  std::map<std::string, PreparedDataset> open_;
  std::set<std::tuple<std::string, double, std::uint64_t, std::string>> checked_;
  std::set<std::pair<std::string, std::string>> taught_;  // data of a student, of its teacher
  std::set<std::pair<std::string, std::string>> apart_;   // own data of a method, the protocol's
  std::set<std::string> tested_;
  std::vector<std::string> warnings_;
};

}  // namespace

std::vector<std::string> check_data(const Grid& grid, const fs::path& out) {
  DataChecks checks(out);
  for (const GridOfExperiment& e : grid.experiments) {
    for (const Cell& cell : e.cells) {
      const Job &training = grid.jobs[cell.training], &evaluation = grid.jobs[cell.evaluation];
      checks.check(grid, training);
      const bool is_further_test =
          std::any_of(e.experiment.tests.begin(), e.experiment.tests.end(),
                      [&](const DataSpec& d) { return d.name == cell.test; });
      checks.check_test(cell, evaluation, !is_further_test);
      if (!is_further_test) checks.check_own_data(training, evaluation);
    }
  }
  return checks.take_warnings();
}

}  // namespace liteheart
