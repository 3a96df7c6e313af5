#include "data/partial_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "data/output_file.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

void check_out(const fs::path& out, const PartialFolder::Kind& kind, bool overwrite) {
  if (!fs::exists(fs::symlink_status(out))) return;
  if (!fs::is_directory(out))
    throw Error(out.string(), "exists and is not a folder", "choose another --out");
  if (fs::is_empty(out)) return;
  if (!fs::exists(out / kind.file))
    throw Error(out.string(), fmt::format("exists and is not a {}", kind.name),
                "choose another --out, or empty the folder yourself");
  if (!overwrite)
    throw Error(out.string(), fmt::format("is a complete {} already", kind.name),
                "use it, choose another --out, or replace it with --force");
}

// An open folder that no other process holds this way; the kernel lets go when a process dies.
int lock_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor >= 0 && ::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  if (descriptor >= 0) ::close(descriptor);
  throw Error(folder.string(), "is being written by another process",
              "wait for it, or choose another --out");
}

}  // namespace

PartialFolder::PartialFolder(const fs::path& out, const Kind& kind, bool overwrite)
    : out_(out.has_filename() ? out : out.parent_path()), partial_(out_.string() + ".partial") {
  check_out(out_, kind, overwrite);
  try {
    if (fs::exists(partial_)) {
      ::close(lock_folder(partial_));
      fs::remove_all(partial_);
    }
    fs::create_directories(partial_);
  } catch (const fs::filesystem_error& e) {
    throw Error(partial_.string(), "cannot be made (" + e.code().message() + ")",
                "check that the folder above it may be written to");
  }
  lock_ = lock_folder(partial_);
}

// What is called OUT.partial now is unfinished, or the data set that publish() replaced.
PartialFolder::~PartialFolder() {
  std::error_code ignored;
  fs::remove_all(partial_, ignored);
  ::close(lock_);
}

void PartialFolder::publish() {
  sync_folder(partial_);
  const bool swapped =
      ::renameat2(AT_FDCWD, partial_.c_str(), AT_FDCWD, out_.c_str(), RENAME_EXCHANGE) == 0;
  try {
    if (!swapped) {  // nothing to swap with, or a file system that cannot
      fs::remove_all(out_);
      fs::rename(partial_, out_);
    }
  } catch (const fs::filesystem_error& e) {
    throw Error(out_.string(), "cannot be put in place (" + e.code().message() + ")",
                "check that the folder above it may be written to");
  }
  sync_folder(fs::absolute(out_).parent_path());
}

}  // namespace liteheart
