#include "experiment/cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "data/dataset_json.h"
#include "data/fold_list.h"
#include "data/recording_list.h"
#include "nn/network_cost.h"
#include "report/training_log.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

// Records a second of one thread of a 2-core machine, rough, until something of the kind has
// finished and is taken instead: the students' are half of docs/results/software.md's for two
// threads, the others what busy machines showed. Each is of the training that it names; others are
// taken to be as fast a multiply-add.
constexpr double kStudentSpeed = 350;   // train, student-tiny
constexpr double kDistilSpeed = 150;    // distil, restoration tiny + student-tiny
constexpr double kTeacherSpeed = 190;   // train, student-base on 12 leads, strides 4-4-4
constexpr double kEvaluateSpeed = 300;  // passing a test split through a model and measuring it
constexpr double kEvaluateSeconds = 8;  // for its intervals
constexpr double kPrepareSpeed = 400;
// Of the recordings of a data set that is not prepared yet and has no folds.
constexpr double kTrainShare = 0.8, kTestShare = 0.1;

TrainConfig reference_training(const Job& job) {
  TrainConfig c;
  if (job.words.front() == "distil") {
    c.restoration = "tiny";
  } else if (job.config.lead == "all") {
    c.network = "student-base";
    c.strides = "4-4-4";
    c.lead = "all";
  }
  return c;
}

/// Trainings of one kind are equally fast.
std::string kind_of(const Job& job) {
  const TrainConfig& c = job.config;
  return fmt::format("{} {} {} {} {} {} {}", job.words.front(), c.network, c.restoration,
                     parse_leads(c.lead).size(), c.strides, c.device, c.precision);
}

/// Steps that the log in `folder` tells of.
double logged_steps(const fs::path& folder) {
  std::ifstream in(folder / "log.jsonl");
  double steps = 0;
  for (std::string line; std::getline(in, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    if (entry.is_object()) steps = std::max(steps, entry.value("step", 0.0));
  }
  return steps;
}

double steps_an_epoch(const TrainConfig& c, std::size_t records) {
  return std::ceil(static_cast<double>(records) / c.batch);
}

/// What stands behind the option among the words, last; or `otherwise`.
std::string option_of(const std::vector<std::string>& words, const std::string& option,
                      const std::string& otherwise) {
  const auto at = std::find(words.rbegin(), words.rend(), option);
  return at == words.rend() || at == words.rbegin() ? otherwise : *(at - 1);
}

}  // namespace

double multiply_adds(const TrainConfig& config) {
  ModelCard card;
  card.leads = parse_leads(config.lead);
  card.backbone = backbone_preset(config.network);
  card.backbone.strides = parse_strides(config.strides).value_or(std::array{2, 2, 4});
  if (config.restoration == "none") {
    card.backbone.leads = static_cast<int>(card.leads.size());
  } else {
    card.restoration = restoration_preset(config.restoration);
    card.restoration->measured = card.leads;
  }
  return static_cast<double>(network_cost(card).multiply_adds);
}

CostModel::CostModel(const Grid& grid, const fs::path& out, const SourceFolders& sources)
    : grid_(grid), out_(out), sources_(sources) {
  for (const Job& job : grid.jobs) learn(job);
}

void CostModel::learn(const Job& job) {
  if (job.kind == JobKind::kPrepare) records_.erase(job.data);
  if (job.kind != JobKind::kTeacher && job.kind != JobKind::kStudent) return;
  const auto epochs = read_training_log(out_ / job.folder);
  if (epochs.empty() || epochs.back().seconds <= 0) return;
  Speed& speed = measured_[kind_of(job)];
  speed.records += static_cast<double>(epochs.back().step) * job.config.batch;
  speed.seconds += epochs.back().seconds;
}

double CostModel::training_speed(const Job& job) {
  const auto measured = measured_.find(kind_of(job));
  if (measured != measured_.end()) return measured->second.records / measured->second.seconds;
  const double speed = job.words.front() == "distil" ? kDistilSpeed
                       : job.config.lead == "all"    ? kTeacherSpeed
                                                     : kStudentSpeed;
  return speed * multiply_adds(reference_training(job)) / multiply_adds(job.config);
}

std::optional<CostModel::Records> CostModel::records(const std::string& data) {
  const auto known = records_.find(data);
  if (known != records_.end()) return known->second;
  std::optional<Records>& found = records_[data];
  if (fs::exists(out_ / data / kDescriptionFile)) {
    Records r;
    for (const RecordRow& row : read_records_csv(out_ / data / kRecordsFile)) {
      ++r.all;
      r.train += row.split == Split::kTrain;
      r.test += row.split == Split::kTest;
    }
    return found = r;
  }
  const auto job = std::find_if(grid_.jobs.begin(), grid_.jobs.end(), [&](const Job& j) {
    return j.kind == JobKind::kPrepare && j.data == data;
  });
  std::vector<RecordingSource> folders;
  for (const std::string& name : job->sources) {
    const auto folder = sources_.find(name);
    if (folder == sources_.end()) return found;
    folders.emplace_back(folder->second);
  }
  const std::vector<ListedRecording> listed = list_recordings(folders, 100).recordings;
  const double all = static_cast<double>(listed.size()),
               most = std::strtod(option_of(job->words, "--most", "0").c_str(), nullptr),
               kept = most > 0 ? std::min(all, most) : all;
  const auto records_in = [&](const char* option, const char* usual, double share) {
    const auto folds = parse_folds(option, option_of(job->words, option, usual));
    const bool folded = std::ranges::all_of(
        listed, [](const ListedRecording& recording) { return recording.row.fold > 0; });
    if (folded && all > 0)
      share = static_cast<double>(std::ranges::count_if(
                  listed,
                  [&](const ListedRecording& recording) {
                    return std::ranges::find(folds, recording.row.fold) != folds.end();
                  })) /
              all;
    return static_cast<std::size_t>(share * kept);
  };
  return found = Records{records_in("--train", "1-7", kTrainShare),
                         records_in("--test", "9", kTestShare), static_cast<std::size_t>(kept)};
}

std::optional<double> CostModel::seconds(const Job& job) {
  const auto r = records(job.data);
  if (!r) return std::nullopt;
  const auto seconds_for = [](std::size_t n, double speed) {
    return static_cast<double>(n) / speed;
  };
  switch (job.kind) {
    case JobKind::kPrepare:
      return seconds_for(r->all, kPrepareSpeed);
    case JobKind::kEvaluate:
      return kEvaluateSeconds + seconds_for(r->test, kEvaluateSpeed);
    case JobKind::kTeacher:
    case JobKind::kStudent:
      break;
  }
  return steps_an_epoch(job.config, r->train) * job.config.batch * job.config.epochs /
         training_speed(job);
}

std::optional<double> CostModel::seconds_left(const Job& job) {
  const auto all = seconds(job);
  const fs::path log = out_ / job.folder / "log.jsonl";
  std::error_code failed;
  if (!all || !fs::exists(log, failed)) return all;
  const double steps = steps_an_epoch(job.config, records(job.data)->train) * job.config.epochs;
  const double share = std::min(1.0, logged_steps(log.parent_path()) / std::max(steps, 1.0));
  const double age = std::chrono::duration<double>(fs::file_time_type::clock::now() -
                                                   fs::last_write_time(log, failed))
                         .count();
  const double left = *all * (1 - share);
  return std::max(0.02 * left, left - age);
}

}  // namespace liteheart
