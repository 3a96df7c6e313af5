// One training at a time in a folder.
#pragma once

#include <filesystem>

namespace liteheart {

class FolderLock {
 public:
  /// Holds `folder` until destruction or the end of the process, however that comes. Throws Error
  /// if another holds it.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace liteheart
