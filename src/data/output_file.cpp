#include "data/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "ecg/error.h"

namespace liteheart {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, std::string_view action, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  throw Error(path.string(), "cannot " + std::string(action) + " (" + std::strerror(error) + ")",
              full ? "free space there or choose a folder on another disk"
                   : "check that the folder exists and may be written to");
}

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& path) : path_(path) {
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) refuse(path_, "be created", errno);
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void OutputFile::write_at(std::uint64_t offset, const void* bytes, std::size_t count) {
  const char* from = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t written = ::pwrite(descriptor_, from, count, static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) refuse(path_, "be written", written < 0 ? errno : ENOSPC);
    from += written;
    offset += static_cast<std::uint64_t>(written);
    count -= static_cast<std::size_t>(written);
  }
}

void OutputFile::finish() {
  const bool synced = ::fsync(descriptor_) == 0;
  const int error = errno;
  const bool closed = ::close(descriptor_) == 0;
  descriptor_ = -1;
  if (!synced || !closed) refuse(path_, "be written", synced ? errno : error);
}

void write_file(const std::filesystem::path& path, std::string_view text) {
  OutputFile file(path);
  file.write_at(0, text);
  file.finish();
}

void replace_file(const std::filesystem::path& path, std::string_view text) {
  auto unfinished = path;
  unfinished += ".tmp";
  std::error_code refused, ignored;
  try {
    write_file(unfinished, text);
    std::filesystem::rename(unfinished, path, refused);
    if (refused) refuse(path, "be replaced", refused.value());
  } catch (...) {
    std::filesystem::remove(unfinished, ignored);
    throw;
  }
}

void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) refuse(folder, "be opened", errno);
  const bool synced = ::fsync(descriptor) == 0;
  const int error = errno;
  ::close(descriptor);
  // Some file systems cannot sync a folder and say EINVAL: nothing to gain there.
  if (!synced && error != EINVAL) refuse(folder, "be written", error);
}

}  // namespace liteheart
