// A folder that appears whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace liteheart {

/// Built as OUT.partial, renamed to OUT by publish(). Destroyed without that, or cut off in any
/// way, it never leaves an OUT.
class PartialFolder {
 public:
  /// What a folder of this kind is called, and the file by which an older one is known.
  struct Kind {
    std::string_view name, file;
  };
  /// Removes a stale OUT.partial and makes an empty one. Throws Error if OUT is there already and
  /// `overwrite` does not allow to replace it, is anything but an empty folder or one of this kind,
  /// or another process is writing it at this moment.
  PartialFolder(const std::filesystem::path& out, const Kind& kind, bool overwrite);
  ~PartialFolder();
  PartialFolder(const PartialFolder&) = delete;
  PartialFolder& operator=(const PartialFolder&) = delete;

  const std::filesystem::path& path() const { return partial_; }
  /// Gives the folder its name. An older OUT stays until this moment. Throws Error.
  void publish();

 private:
  std::filesystem::path out_, partial_;
  int lock_ = -1;
};

}  // namespace liteheart
