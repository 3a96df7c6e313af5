// Archives of recordings: what a phone exports, or a data set as it is downloaded.
#pragma once

#include <filesystem>
#include <string_view>

#include "formats/input_file.h"

namespace liteheart {

/// Whether a file begins like a zip, tar, 7z, or a gzip, bzip2, xz or zstd stream.
bool looks_like_archive(std::string_view beginning);

/// A temporary folder with the files of an archive, which goes when this goes; of a process that
/// was killed, when the next archive is unpacked. Its name is the archive's without extension.
class UnpackedArchive {
 public:
  /// Unpacks all regular files but hidden ones and the two huge tables of an Apple Health export
  /// that hold no ECG. Throws Error if the archive is damaged, encrypted, would leave its folder,
  /// or unpacks to more than 200 times its size and 64 MiB or to more than a million files.
  explicit UnpackedArchive(InputFile& archive);
  ~UnpackedArchive();
  UnpackedArchive(const UnpackedArchive&) = delete;
  UnpackedArchive& operator=(const UnpackedArchive&) = delete;

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path temporary_, folder_;
  int held_ = -1;  // temporary_, locked as long as this process lives
};

}  // namespace liteheart
