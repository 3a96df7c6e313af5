#include "train/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <string>

#include "ecg/error.h"

namespace liteheart {

FolderLock::FolderLock(const std::filesystem::path& folder, std::string_view what) {
  descriptor_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor_ < 0) throw Error(folder.string(), "cannot be opened", "choose another --out");
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor_);
    throw Error(folder.string(), "another " + std::string(what) + " is writing here",
                "wait for it, or choose another --out");
  }
}

FolderLock::~FolderLock() { ::close(descriptor_); }

}  // namespace liteheart
