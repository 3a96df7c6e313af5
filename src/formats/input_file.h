// A file that is being read: on disk, or bytes in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace liteheart {

class InputFile {
 public:
  /// Opens `file` and reads its beginning. Throws Error if it is no readable regular file.
  explicit InputFile(const std::filesystem::path& file);
  /// Views bytes, which must stay. `place`: what errors call them.
  InputFile(std::span<const std::uint8_t> bytes, std::string place);

  /// The file's name, for errors.
  const std::string& place() const { return place_; }
  /// Empty for bytes in memory.
  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }

  /// The first bytes, as far as formats need them to be recognised.
  static constexpr std::size_t kBeginning = 16384;
  std::string_view beginning() const;
  /// All of it, read when first asked for. Throws Error if the disk fails.
  std::span<const std::uint8_t> bytes();
  std::string_view text();
  /// Reads from byte `offset` on, nothing kept. Returns how many bytes there were, at most
  /// out.size(). Throws Error if the disk fails.
  std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> out) const;

  /// The file `name` in the same folder. Throws Error if there is none, the name leads out of the
  /// folder, or this file is in memory.
  InputFile beside(const std::string& name) const;

 private:
  struct Descriptor {
    explicit Descriptor(int opened) : number(opened) {}
    ~Descriptor();
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number;
  };

  std::string place_;
  std::filesystem::path path_;
  std::uint64_t size_ = 0;
  std::shared_ptr<const Descriptor> descriptor_;  // null in memory
  std::shared_ptr<std::uint8_t[]> owned_;         // the beginning, later all
  std::span<const std::uint8_t> loaded_;
};

}  // namespace liteheart
