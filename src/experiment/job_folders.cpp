#include "experiment/job_folders.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "experiment/job_record.h"
#include "train/file_hash.h"

namespace liteheart {

namespace fs = std::filesystem;

std::string address_of(std::string_view all) {
  const std::uint64_t hash = hash_bytes(all);
  return fmt::format("{:08x}", (hash ^ hash >> 32) & 0xffffffffu);
}

JobFolders::JobFolders(const fs::path& out) {
  constexpr std::size_t kDigits = 8;
  std::error_code failed;
  for (const char* part : {"data", "teachers", "cells"}) {
    for (auto at = fs::recursive_directory_iterator(out / part, failed);
         !failed && at != fs::recursive_directory_iterator(); at.increment(failed)) {
      const fs::path& folder = at->path();
      if (!fs::exists(folder / kJobFile, failed)) continue;
      const std::string name = folder.filename().string();
      if (name.size() > kDigits)
        by_address_[name.substr(name.size() - kDigits)] =
            folder.lexically_relative(out).generic_string();
    }
    failed.clear();
  }
}

std::string JobFolders::folder(const std::string& name, const std::string& address) const {
  const auto known = by_address_.find(address);
  if (known != by_address_.end()) return known->second;
  std::string plain = name;
  for (char& c : plain) {
    if (c == ',') c = '+';
    if (!std::isalnum(static_cast<unsigned char>(c)) &&
        std::string_view("/-_.+").find(c) == std::string_view::npos)
      c = '_';
  }
  return fmt::format("{}-{}", plain, address);
}

}  // namespace liteheart
