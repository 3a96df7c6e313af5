#include "formats/file_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ecg/error.h"

namespace liteheart {
namespace {

class Descriptor {
 public:
  explicit Descriptor(const char* file) : number_(::open(file, O_RDONLY | O_CLOEXEC)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

[[noreturn]] void refuse(const std::filesystem::path& file, int error) {
  throw Error(file.string(), std::strerror(error),
              error == ENOENT ? "check the name, or copy the missing file there"
                              : "check that the file can be read");
}

}  // namespace

FileBytes::FileBytes(std::span<const std::uint8_t> copied)
    : data_(std::make_unique_for_overwrite<std::uint8_t[]>(copied.size())), size_(copied.size()) {
  std::copy(copied.begin(), copied.end(), data_.get());
}

FileBytes read_bytes(const std::filesystem::path& file, std::size_t limit) {
  const Descriptor descriptor(file.c_str());
  if (descriptor.number() < 0) refuse(file, errno);
  struct stat status {};
  if (::fstat(descriptor.number(), &status) != 0) refuse(file, errno);
  if (!S_ISREG(status.st_mode)) {
    throw Error(file.string(), "is not a file", "name a recording's file");
  }
  FileBytes bytes;
  const std::size_t wanted = std::min(limit, static_cast<std::size_t>(status.st_size));
  bytes.data_ = std::make_unique_for_overwrite<std::uint8_t[]>(wanted);
  while (bytes.size_ < wanted) {
    const ssize_t got =
        ::read(descriptor.number(), bytes.data_.get() + bytes.size_, wanted - bytes.size_);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(file, errno);
    if (got == 0) break;
    bytes.size_ += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace liteheart
