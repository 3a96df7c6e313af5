// One training, or one experiment, at a time in a folder.
#pragma once

#include <filesystem>
#include <string_view>

namespace liteheart {

class FolderLock {
 public:
  /// Holds `folder` until destruction or the end of the process, however that comes. Throws Error
  /// if another holds it; `what` says what that is.
  explicit FolderLock(const std::filesystem::path& folder, std::string_view what = "training");
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace liteheart
