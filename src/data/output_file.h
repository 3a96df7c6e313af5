// A file being written, for which the disk's every complaint becomes one clear Error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

namespace liteheart {

class OutputFile {
 public:
  /// Creates `path`, replacing what was there. Throws Error.
  explicit OutputFile(const std::filesystem::path& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Writes all bytes at `offset`. Throws Error if the disk is full or refuses.
  void write_at(std::uint64_t offset, const void* bytes, std::size_t count);
  void write_at(std::uint64_t offset, std::string_view text) {
    write_at(offset, text.data(), text.size());
  }
  /// Makes sure that what was written survives a power cut, and closes. Throws Error.
  void finish();

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

/// Writes a whole file and makes sure that it survives a power cut. Throws Error.
void write_file(const std::filesystem::path& path, std::string_view text);
/// Writes a file beside `path` and, once it is whole and safe on the disk, renames it to `path`: a
/// failure or a kill at any moment leaves the old file as it was. Throws Error, and what `write`
/// throws.
void replace_file(const std::filesystem::path& path, const std::function<void(OutputFile&)>& write);
void replace_file(const std::filesystem::path& path, std::string_view bytes);

/// Removes what a kill in the middle of replace_file left in `folder`. For folders that nobody else
/// writes to meanwhile.
void remove_unfinished_files(const std::filesystem::path& folder);

/// Makes sure that the names in `folder` survive a power cut. Throws Error.
void sync_folder(const std::filesystem::path& folder);

}  // namespace liteheart
