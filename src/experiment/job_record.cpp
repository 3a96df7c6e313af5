#include "experiment/job_record.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "data/dataset_json.h"
#include "data/output_file.h"
#include "ecg/error.h"
#include "train/file_hash.h"

namespace liteheart {

namespace fs = std::filesystem;
using nlohmann::json;

std::optional<JobRecord> read_job_record(const fs::path& folder) {
  const fs::path file = folder / kJobFile;
  std::ifstream in(file);
  if (!in) return std::nullopt;
  try {
    const json j = json::parse(in);
    return JobRecord{j.at("command"), j.at("sources"), j.at("data"), j.at("complete")};
  } catch (const json::exception& e) {
    throw Error(file.string(), fmt::format("cannot be read ({})", e.what()),
                "remove the folder, and it is made again");
  }
}

void write_job_record(const fs::path& folder, const JobRecord& record) {
  const json j = {{"command", record.words},
                  {"sources", record.sources},
                  {"data", record.data},
                  {"complete", record.complete}};
  replace_file(folder / kJobFile, j.dump(2) + "\n");
}

std::uint64_t data_fingerprint(const fs::path& data) {
  std::uint64_t hash = kHashStart;
  for (const auto file : {kRecordsFile, kLabelsFile}) hash = file_hash(data / file, hash);
  for (const Diagnosis& d : read_description(data / kDescriptionFile).classes)
    hash = hash_bytes(d.code, hash);
  return hash;
}

}  // namespace liteheart
