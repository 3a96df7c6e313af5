#include "experiment/results.h"

#include <fmt/format.h>

#include <fstream>

#include "ecg/error.h"
#include "experiment/job_record.h"
#include "report/training_log.h"

namespace liteheart {

std::optional<TrainingResult> training_result(const std::filesystem::path& folder) {
  const auto epochs = read_training_log(folder);
  if (epochs.empty()) return std::nullopt;
  TrainingResult r;
  r.epochs = epochs.back().epoch;
  r.seconds = epochs.back().seconds;
  for (const LoggedEpoch& e : epochs) {
    if (!e.best) continue;
    r.best_epoch = e.epoch;
    r.map = e.map;
    r.auc = e.auc;
  }
  return r;
}

std::optional<nlohmann::json> evaluation_result(const std::filesystem::path& folder) {
  const auto record = read_job_record(folder);
  std::ifstream in(folder / "result.json");
  if (!record || !record->complete || !in) return std::nullopt;
  try {
    return nlohmann::json::parse(in);
  } catch (const nlohmann::json::exception& e) {
    throw Error((folder / "result.json").string(), fmt::format("cannot be read ({})", e.what()),
                "remove its folder to have it made again");
  }
}

}  // namespace liteheart
