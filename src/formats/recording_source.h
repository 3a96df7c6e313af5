// What a user names to have recordings read: a file, a folder or an archive.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "formats/archive.h"

namespace liteheart {

class RecordingSource {
 public:
  /// An archive is unpacked into a temporary folder that stays as long as this. Throws Error if
  /// there is nothing of that name, or the archive is refused.
  explicit RecordingSource(const std::filesystem::path& named);

  /// The folder or file to search: `named`, or where the archive is unpacked.
  const std::filesystem::path& root() const { return root_; }
  /// The folder that an archive lies in; empty for what is no archive. Tables may lie there.
  std::filesystem::path beside_archive() const;
  /// Paths of the recordings in it, for read_recording; sorted.
  std::vector<std::filesystem::path> recordings() const;
  /// `text` (a path, an error) with the place of an unpacked archive replaced by the archive's
  /// name.
  std::string in_users_words(std::string text) const;

 private:
  std::filesystem::path named_, root_;
  std::unique_ptr<UnpackedArchive> archive_;
};

}  // namespace liteheart
