#include "formats/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_set>

#include "ecg/error.h"
#include "formats/file_bytes.h"
#include "formats/wfdb_header.h"
#include "formats/wfdb_reader.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

bool is_header_name(const fs::path& file) {
  const std::string_view name = file.native();
  return name.size() > 4 && (name.ends_with(".hea") || name.ends_with(".HEA"));
}

fs::path header_beside(const fs::path& signal_file) {
  return fs::path(signal_file).replace_extension(".hea");
}

struct Format {
  std::string_view name;
  /// Whether the file of that beginning is one of this format.
  bool (*recognise)(const fs::path& file, std::string_view beginning);
  Recording (*read)(const fs::path& file);
};

/// Tried in this order; the first that recognises a file reads it.
constexpr std::array kFormats = {
    Format{"WFDB header (.hea)",
           [](const fs::path& file, std::string_view beginning) {
             return is_header_name(file) || looks_like_wfdb_header(beginning);
           },
           [](const fs::path& file) { return read_wfdb(file); }},
    Format{"WFDB signal file with its header beside it",
           [](const fs::path& file, std::string_view) {
             std::error_code ignored;
             return fs::is_regular_file(header_beside(file), ignored);
           },
           [](const fs::path& file) { return read_wfdb(header_beside(file)); }},
};

/// What a user calls a recording may be a record name: then its header is meant.
fs::path existing_file(const fs::path& named) {
  std::error_code ignored;
  if (fs::exists(named, ignored) && !fs::is_directory(named, ignored)) return named;
  fs::path header = named;
  header += ".hea";
  if (fs::exists(header, ignored)) return header;
  if (fs::is_directory(named, ignored)) {
    throw Error(named.string(), "is a folder", "name one recording in it");
  }
  throw Error(named.string(), "no such recording", "check the path");
}

struct PathHash {
  std::size_t operator()(const fs::path& path) const { return fs::hash_value(path); }
};

/// Headers in a folder, without those that are only segments of a record found there too.
std::vector<fs::path> headers_under(const fs::path& folder) {
  std::vector<fs::path> found;
  std::unordered_set<fs::path, PathHash> segments;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (!is_header_name(entry.path()) || !entry.is_regular_file()) continue;
    for (fs::path& segment : wfdb_segment_headers(entry.path())) {
      segments.insert(std::move(segment));
    }
    found.push_back(entry.path());
  }
  std::erase_if(found, [&](const fs::path& header) { return segments.contains(header); });
  return found;
}

}  // namespace

Recording read_recording(const std::filesystem::path& path) {
  const fs::path file = existing_file(path);
  constexpr std::size_t kBeginning = 4096;
  const FileBytes beginning = read_bytes(file, kBeginning);
  for (const Format& format : kFormats) {
    if (format.recognise(file, beginning.text())) return format.read(file);
  }
  std::string known;
  for (const Format& format : kFormats) {
    known += fmt::format("{}{}", known.empty() ? "" : ", ", format.name);
  }
  throw Error(file.string(), "not a recording of a known format", "known are: " + known);
}

std::vector<std::filesystem::path> find_recordings(const std::filesystem::path& source) {
  std::error_code ignored;
  if (!fs::is_directory(source, ignored)) return {existing_file(source)};
  std::vector<fs::path> found;
  try {
    found = headers_under(source);
  } catch (const fs::filesystem_error& error) {
    throw Error(error.path1().string(), error.code().message(),
                "check that the folder can be read");
  }
  std::sort(found.begin(), found.end(),
            [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
  return found;
}

}  // namespace liteheart
