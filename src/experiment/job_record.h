// What a job's folder says of the job: which command made it, of what, and whether it is complete.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace liteheart {

inline constexpr const char* kJobFile = "job.json";
inline constexpr const char* kLogFile = "log.txt";

struct JobRecord {
  std::vector<std::string> words;              // as Job::words
  std::map<std::string, std::string> sources;  // of prepare: where each was
  std::uint64_t data = 0;                      // data_fingerprint() of the data set it used or made
  bool complete = false;
};

/// nullopt where there is none. Throws Error where it cannot be read.
std::optional<JobRecord> read_job_record(const std::filesystem::path& folder);
void write_job_record(const std::filesystem::path& folder, const JobRecord& record);

/// Of a prepared data set's records, splits, classes and labels.
std::uint64_t data_fingerprint(const std::filesystem::path& data);

}  // namespace liteheart
