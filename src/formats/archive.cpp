#include "formats/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <clocale>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <system_error>

#include "ecg/error.h"
#include "formats/whole_file.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;
using Reader = std::unique_ptr<archive, decltype(&archive_read_free)>;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

constexpr std::uint64_t kMostGrowth = 200, kAllowance = 64 << 20, kMostFiles = 1'000'000;

[[noreturn]] void refuse(const std::string& place, archive* reader) {
  const char* const text = archive_error_string(reader);
  throw Error(place, fmt::format("cannot be unpacked: {}", text ? text : "it is damaged"),
              "get a whole copy of the archive, or unpack it by hand and name its folder");
}

Reader open_archive(InputFile& file) {
  Reader reader(archive_read_new(), archive_read_free);
  archive_read_support_filter_all(reader.get());
  archive_read_support_format_zip(reader.get());
  archive_read_support_format_tar(reader.get());
  archive_read_support_format_7zip(reader.get());
  archive_read_support_format_raw(reader.get());  // ecg.csv.gz
  constexpr std::size_t kBlock = 1 << 16;
  const int status =
      file.path().empty()
          ? archive_read_open_memory(reader.get(), file.bytes().data(), file.bytes().size())
          : archive_read_open_filename(reader.get(), file.path().c_str(), kBlock);
  if (status != ARCHIVE_OK) refuse(file.place(), reader.get());
  return reader;
}

/// Names are UTF-8 in archives, whatever the program's locale is, while one of these lives.
class Utf8Names {
 public:
  Utf8Names()
      : utf8_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", static_cast<locale_t>(nullptr))),
        before_(utf8_ != nullptr ? ::uselocale(utf8_) : nullptr) {}
  ~Utf8Names() {
    if (utf8_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(utf8_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t utf8_, before_;
};

/// Where an entry goes, relative to the folder; empty for one that is left out.
fs::path target_of(archive_entry* entry, const std::string& place) {
  const char* name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = archive_entry_pathname(entry);
  if (name == nullptr) throw Error(place, "holds a file without a name", "unpack it by hand");
  const fs::path path(name);
  if (path.has_root_path() || std::find(path.begin(), path.end(), "..") != path.end())
    throw Error(place, fmt::format("holds '{}', which would leave its folder", name),
                "do not trust this archive");
  if (archive_entry_hardlink(entry) != nullptr)
    throw Error(place, fmt::format("holds '{}' as a link to another file", name),
                "unpack it by hand and name its folder");
  // Hidden files, and those with which macOS shadows every file.
  const std::string last = path.filename().string();
  if (archive_entry_filetype(entry) != AE_IFREG || last.empty() || last.front() == '.') return {};
  return path.lexically_normal();
}

/// What a Health export holds besides its ECGs, and may be gigabytes.
bool is_health_table(std::string_view beginning) {
  constexpr std::size_t kRootWithin = 4096;
  const std::string_view begin = beginning.substr(0, kRootWithin);
  return begin.starts_with("<?xml") &&
         (begin.find("<HealthData") != std::string_view::npos ||
          begin.find("<!DOCTYPE HealthData") != std::string_view::npos ||
          begin.find("<ClinicalDocument") != std::string_view::npos);
}

class Unpacker {
 public:
  Unpacker(InputFile& file, const fs::path& folder)
      : place_(file.place()),
        folder_(folder),
        left_(kMostGrowth * file.size() + kAllowance),
        reader_(open_archive(file)) {}

  void run() {
    const Utf8Names names;
    archive_entry* entry = nullptr;
    for (std::uint64_t files = 0;; ++files) {
      const int status = archive_read_next_header(reader_.get(), &entry);
      if (status == ARCHIVE_EOF) break;
      if (status < ARCHIVE_WARN) refuse(place_, reader_.get());
      if (files == kMostFiles)
        throw Error(place_, "holds more than a million files", "unpack it by hand");
      if (archive_entry_is_encrypted(entry))
        throw Error(place_, "is encrypted", "unpack it by hand and name its folder");
      fs::path target = target_of(entry, place_);
      if (target.empty()) continue;
      if (archive_format(reader_.get()) == ARCHIVE_FORMAT_RAW) target = folder_.filename();
      write(folder_ / target);
    }
  }

 private:
  void write(const fs::path& target) {
    make_folder(target.parent_path());
    const std::unique_ptr<std::FILE, Close> out(std::fopen(target.c_str(), "wb"));
    if (!out) cannot_write(target);
    bool first = true;
    for (;;) {
      const la_ssize_t got = archive_read_data(reader_.get(), buffer_.data(), buffer_.size());
      if (got == 0) break;
      if (got < 0) refuse(place_, reader_.get());
      const auto bytes = static_cast<std::size_t>(got);
      if (first && is_health_table({buffer_.data(), bytes})) break;
      first = false;
      if (bytes > left_)
        throw Error(place_, "unpacks to more than 200 times its size",
                    "do not trust this archive, or unpack it by hand");
      left_ -= bytes;
      if (std::fwrite(buffer_.data(), 1, bytes, out.get()) != bytes) cannot_write(target);
    }
    if (std::fflush(out.get()) != 0) cannot_write(target);
  }

  [[noreturn]] void cannot_write(const fs::path& target) const {
    throw Error(place_,
                fmt::format("{} cannot be unpacked: {}", target.string(), std::strerror(errno)),
                "free space there, or set TMPDIR to another folder");
  }

  const std::string& place_;
  const fs::path& folder_;
  std::uint64_t left_;
  Reader reader_;
  std::array<char, 1 << 16> buffer_{};
};

/// "ptb-xl.tar.gz" is ptb-xl; "ecg.csv.gz" is ecg.csv.
std::string bare_name(const InputFile& archive) {
  std::string name = archive.path().filename().string();
  for (const std::string_view extension :
       {".gz", ".bz2", ".xz", ".zst", ".tgz", ".zip", ".7z", ".tar"}) {
    if (name.size() > extension.size() && name.ends_with(extension))
      name.resize(name.size() - extension.size());
  }
  return name.empty() ? "archive" : name;
}

constexpr std::string_view kTemporary = "liteheart_unpacked_", kUnique = "XXXXXX";

/// A descriptor of the folder, by which it is locked; -1 where another process has it, or it cannot
/// be opened.
int hold(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0 || ::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  ::close(descriptor);
  return -1;
}

/// Removes what killed processes of this user have left.
void remove_left_behind(const fs::path& place) {
  std::error_code ignored;
  for (fs::directory_iterator at(place, ignored), end; at != end; at.increment(ignored)) {
    const std::string name = at->path().filename().native();
    if (!name.starts_with(kTemporary) || name.size() != kTemporary.size() + kUnique.size())
      continue;
    const int held = hold(at->path());
    if (held < 0) continue;
    struct stat about {};
    constexpr std::time_t kJustMade = 60;  // seconds in which its process may not hold it yet
    constexpr unsigned kAsMade = S_IFDIR | 0700;  // by mkdtemp
    if (::fstat(held, &about) == 0 && about.st_mode == kAsMade && about.st_uid == ::geteuid() &&
        about.st_mtime <= std::time(nullptr) - kJustMade)
      fs::remove_all(at->path(), ignored);
    ::close(held);
  }
}

}  // namespace

bool looks_like_archive(std::string_view beginning) {
  using namespace std::string_view_literals;
  for (const std::string_view magic : {"PK\3\4"sv, "PK\5\6"sv, "7z\xBC\xAF\x27\x1C"sv, "\x1F\x8B"sv,
                                       "BZh"sv, "\xFD\x37zXZ\0"sv, "\x28\xB5\x2F\xFD"sv}) {
    if (beginning.starts_with(magic)) return true;
  }
  constexpr std::size_t kTarMagicAt = 257;
  return beginning.size() > kTarMagicAt && beginning.substr(kTarMagicAt).starts_with("ustar");
}

UnpackedArchive::UnpackedArchive(InputFile& archive) {
  std::error_code error;
  const fs::path place = fs::temp_directory_path(error);
  if (error)
    throw Error(archive.place(), "cannot be unpacked: TMPDIR names no folder",
                "set TMPDIR to a folder that may be written to");
  remove_left_behind(place);
  std::string name = (place / fmt::format("{}{}", kTemporary, kUnique)).string();
  if (::mkdtemp(name.data()) == nullptr)
    throw Error(archive.place(),
                fmt::format("cannot be unpacked in {}: {}", name, std::strerror(errno)),
                "set TMPDIR to a folder that may be written to");
  temporary_ = fs::canonical(name);
  held_ = hold(temporary_);
  folder_ = temporary_ / bare_name(archive);
  try {
    make_folder(folder_);
    Unpacker(archive, folder_).run();
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(temporary_, ignored);
    if (held_ >= 0) ::close(held_);
    throw;
  }
}

UnpackedArchive::~UnpackedArchive() {
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
  if (held_ >= 0) ::close(held_);
}

}  // namespace liteheart
