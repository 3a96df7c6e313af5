#include "experiment/completeness.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/dataset_json.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRemedy = "remove the folder to have it made again, or choose another --out";

/// The first words in which they differ.
std::string difference(const std::vector<std::string>& was, const std::vector<std::string>& is) {
  const auto [a, b] = std::mismatch(was.begin(), was.end(), is.begin(), is.end());
  const auto text = [](auto at, auto end) { return at == end ? std::string("nothing") : *at; };
  return fmt::format("with {}, not {}", text(a, was.end()), text(b, is.end()));
}

}  // namespace

std::string result_of(const Job& job) {
  switch (job.kind) {
    case JobKind::kPrepare:
      return fmt::format("{}/{}", job.data, kDescriptionFile);
    case JobKind::kEvaluate:
      return job.folder + "/result.json";
    case JobKind::kTeacher:
    case JobKind::kStudent:
      break;
  }
  return job.folder + "/model.safetensors";
}

bool Completeness::is_complete(const Job& job) {
  const fs::path folder = out_ / job.folder;
  const auto record = read_job_record(folder);
  if (!record) return false;
  if (record->words != job.words)
    throw Error(folder.string(),
                "was made by another command: " + difference(record->words, job.words), kRemedy);
  if (!record->complete || !fs::exists(out_ / result_of(job))) return false;
  for (const auto& [name, was] : record->sources) {
    const auto given = sources_.find(name);
    if (given != sources_.end() && given->second != was)
      throw Error(folder.string(),
                  fmt::format("was made from {}, not from {}", was, given->second.string()),
                  fmt::format("leave --source {} out to use it, or choose another --out", name));
  }
  if (fs::exists(out_ / job.data / kDescriptionFile) && record->data != fingerprint(job.data))
    throw Error(folder.string(), fmt::format("was made from other data than {} holds", job.data),
                kRemedy);
  return true;
}

JobRecord Completeness::record_of(const Job& job, bool complete) {
  JobRecord record{job.words, {}, 0, complete};
  for (const std::string& name : job.sources)
    if (const auto folder = sources_.find(name); folder != sources_.end())
      record.sources[name] = folder->second.string();
  if (complete || job.kind != JobKind::kPrepare) record.data = fingerprint(job.data);
  return record;
}

std::uint64_t Completeness::fingerprint(const std::string& data) {
  const auto known = fingerprints_.find(data);
  if (known != fingerprints_.end()) return known->second;
  return fingerprints_[data] = data_fingerprint(out_ / data);
}

}  // namespace liteheart
