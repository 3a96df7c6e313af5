#include "formats/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ecg/error.h"

namespace liteheart {
namespace {

[[noreturn]] void refuse(const std::string& file, int error) {
  throw Error(file, std::strerror(error),
              error == ENOENT ? "check the name, or copy the missing file there"
                              : "check that the file can be read");
}

}  // namespace

InputFile::Descriptor::~Descriptor() { ::close(number); }

InputFile::InputFile(const std::filesystem::path& file) : place_(file.string()), path_(file) {
  const int opened = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (opened < 0) refuse(place_, errno);
  descriptor_ = std::make_shared<const Descriptor>(opened);
  struct stat status {};
  if (::fstat(opened, &status) != 0) refuse(place_, errno);
  if (!S_ISREG(status.st_mode)) throw Error(place_, "is not a file", "name a recording's file");
  size_ = static_cast<std::uint64_t>(status.st_size);
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size_, kBeginning));
  owned_ = std::make_shared_for_overwrite<std::uint8_t[]>(wanted);
  loaded_ = {owned_.get(), read_at(0, {owned_.get(), wanted})};
  if (loaded_.size() < wanted) size_ = loaded_.size();
}

InputFile::InputFile(std::span<const std::uint8_t> bytes, std::string place)
    : place_(std::move(place)), size_(bytes.size()), loaded_(bytes) {}

std::string_view InputFile::beginning() const {
  return {reinterpret_cast<const char*>(loaded_.data()), std::min(loaded_.size(), kBeginning)};
}

std::span<const std::uint8_t> InputFile::bytes() {
  if (loaded_.size() < size_) {
    constexpr std::uint64_t kMost = std::uint64_t{4} << 30;
    if (size_ > kMost)
      throw Error(place_, "is larger than 4 GiB", "cut it into parts, or convert it to WFDB");
    const auto all = std::make_shared_for_overwrite<std::uint8_t[]>(size_);
    const std::size_t got = read_at(0, {all.get(), static_cast<std::size_t>(size_)});
    owned_ = all;
    loaded_ = {owned_.get(), got};
    size_ = got;
  }
  return loaded_;
}

std::string_view InputFile::text() {
  const auto all = bytes();
  return {reinterpret_cast<const char*>(all.data()), all.size()};
}

std::size_t InputFile::read_at(std::uint64_t offset, std::span<std::uint8_t> out) const {
  if (offset >= size_) return 0;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_ - offset));
  if (offset + wanted <= loaded_.size()) {
    std::copy_n(loaded_.data() + offset, wanted, out.data());
    return wanted;
  }
  std::size_t got = 0;
  while (got < wanted) {
    const ssize_t count = ::pread(descriptor_->number, out.data() + got, wanted - got,
                                  static_cast<off_t>(offset + got));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse(place_, errno);
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  return got;
}

InputFile InputFile::beside(const std::string& name) const {
  const std::filesystem::path relative(name);
  if (name.empty() || name.find('\0') != std::string::npos || relative.is_absolute() ||
      std::find(relative.begin(), relative.end(), "..") != relative.end())
    throw Error(place_, "names the file '" + name + "', which does not lie beside it",
                "name a file in the same folder");
  if (!descriptor_)
    throw Error(place_, "needs the file '" + name + "' beside it", "read it from its folder");
  return InputFile(path_.parent_path() / relative);
}

}  // namespace liteheart
