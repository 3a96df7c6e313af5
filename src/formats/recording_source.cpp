#include "formats/recording_source.h"

#include "formats/input_file.h"
#include "formats/registry.h"

namespace liteheart {

namespace fs = std::filesystem;

RecordingSource::RecordingSource(const fs::path& named) : named_(named), root_(named) {
  std::error_code ignored;
  if (!fs::is_regular_file(named, ignored)) return;
  InputFile file(named);
  if (!looks_like_archive(file.beginning())) return;
  archive_ = std::make_unique<UnpackedArchive>(file);
  root_ = archive_->folder();
}

fs::path RecordingSource::beside_archive() const {
  return archive_ ? fs::weakly_canonical(named_).parent_path() : fs::path();
}

std::vector<fs::path> RecordingSource::recordings() const { return find_recordings(root_); }

std::string RecordingSource::in_users_words(std::string text) const {
  if (!archive_) return text;
  const std::string& unpacked = root_.native();
  for (std::size_t at = 0; (at = text.find(unpacked, at)) != std::string::npos;) {
    text.replace(at, unpacked.size(), named_.native());
    at += named_.native().size();
  }
  return text;
}

}  // namespace liteheart
