#include "formats/whole_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "ecg/error.h"

namespace liteheart {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, int error) {
  throw Error(file.string(), fmt::format("cannot be written: {}", std::strerror(error)),
              "free space on the disk, or choose another folder");
}

}  // namespace

void write_whole(const std::filesystem::path& file, std::string_view bytes) {
  std::filesystem::path partial = file;
  partial += fmt::format(".{}.partial", ::getpid());
  std::FILE* out = std::fopen(partial.c_str(), "wb");
  if (!out) refuse(file, errno);
  bool written = std::fwrite(bytes.data(), 1, bytes.size(), out) == bytes.size();
  written = std::fclose(out) == 0 && written;
  if (!written || std::rename(partial.c_str(), file.c_str()) != 0) {
    const int error = errno;
    std::remove(partial.c_str());
    refuse(file, error);
  }
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) refuse(folder, error.value());
}

}  // namespace liteheart
