// Which jobs are done already.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "experiment/command.h"
#include "experiment/grid.h"
#include "experiment/job_record.h"

namespace liteheart {

class Completeness {
 public:
  Completeness(std::filesystem::path out, SourceFolders sources)
      : out_(std::move(out)), sources_(std::move(sources)) {}

  /// Whether the job's result is there. Throws Error saying what differs where its folder holds the
  /// result of another command or of other data.
  bool is_complete(const Job& job);
  /// What the folder of a job that begins or ends now is to say.
  JobRecord record_of(const Job& job, bool complete);

 private:
  std::uint64_t fingerprint(const std::string& data);

  std::filesystem::path out_;
  SourceFolders sources_;
  std::map<std::string, std::uint64_t> fingerprints_;  // of data sets below out_
};

/// The file that the job leaves in the end, below --out.
std::string result_of(const Job& job);

}  // namespace liteheart
