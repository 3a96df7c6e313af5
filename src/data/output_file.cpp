#include "data/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

#include "ecg/error.h"

namespace liteheart {
namespace {

constexpr std::string_view kUnfinished = ".tmp-";  // behind it the writing process's number

bool is_unfinished(std::string_view name) {
  const auto at = name.rfind(kUnfinished);
  if (at == std::string_view::npos) return false;
  const std::string_view process = name.substr(at + kUnfinished.size());
  return !process.empty() && process.find_first_not_of("0123456789") == std::string_view::npos;
}

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

void replace_file(const std::filesystem::path& path,
                  const std::function<void(OutputFile&)>& write) {
  std::filesystem::path unfinished = path;
  unfinished += kUnfinished;
  unfinished += std::to_string(::getpid());
  std::error_code refused;
  try {
    OutputFile file(unfinished);
    write(file);
    file.finish();
    std::filesystem::rename(unfinished, path, refused);
    if (refused) {
      throw Error(path.string(), "cannot be replaced (" + refused.message() + ")",
                  "check that it is a file and its folder may be written to");
    }
  } catch (...) {
    std::filesystem::remove(unfinished, refused);
    throw;
  }
  sync_folder(path.has_parent_path() ? path.parent_path() : ".");
}

void replace_file(const std::filesystem::path& path, std::string_view bytes) {
  replace_file(path, [&](OutputFile& file) { file.write_at(0, bytes); });
}

void remove_unfinished_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> unfinished;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file() && is_unfinished(entry.path().filename().string()))
      unfinished.push_back(entry.path());
  }
  for (const auto& file : unfinished) std::filesystem::remove(file);
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
