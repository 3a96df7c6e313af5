// The folders of jobs below --out. A name ends in a hash of what the job depends on, so that
// another experiment, which calls it otherwise, finds it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace liteheart {

/// Eight hexadecimal digits of all that a job depends on.
std::string address_of(std::string_view all);

class JobFolders {
 public:
  JobFolders() = default;
  /// Those that `out` has; none where it is not there.
  explicit JobFolders(const std::filesystem::path& out);

  /// The folder of the job at `address`: as it is called already, or else "NAME-ADDRESS", where
  /// what folders cannot be called is replaced in `name`.
  std::string folder(const std::string& name, const std::string& address) const;

 private:
  std::map<std::string, std::string> by_address_;
};

}  // namespace liteheart
