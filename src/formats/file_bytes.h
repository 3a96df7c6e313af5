// The bytes of a file, read with one system call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string_view>

namespace liteheart {

class FileBytes {
 public:
  FileBytes() = default;
  explicit FileBytes(std::span<const std::uint8_t> copied);

  std::span<const std::uint8_t> span() const { return {data_.get(), size_}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(data_.get()), size_}; }

 private:
  friend FileBytes read_bytes(const std::filesystem::path& file, std::size_t limit);
  std::unique_ptr<std::uint8_t[]> data_;
  std::size_t size_ = 0;
};

/// The first `limit` bytes of `file`, or all of it if it is shorter. Throws Error if it is not a
/// readable file.
FileBytes read_bytes(const std::filesystem::path& file,
                     std::size_t limit = std::numeric_limits<std::size_t>::max());

}  // namespace liteheart
