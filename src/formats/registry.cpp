#include "formats/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <unordered_set>
#include <utility>

#include "ecg/error.h"
#include "formats/archive.h"
#include "formats/code_hdf5.h"
#include "formats/format_table.h"
#include "formats/input_file.h"
#include "formats/wfdb_reader.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;
using Stream = std::unique_ptr<RecordingStream>;

/// The only recording of an archive; it is read whole, since the unpacked files go.
Stream open_archive(InputFile& file, const ReadOptions& options) {
  const UnpackedArchive unpacked(file);
  const std::vector<fs::path> found = find_recordings(unpacked.folder());
  if (found.size() != 1)
    throw Error(file.place(), fmt::format("an archive of {} recordings", found.size()),
                found.empty() ? "name a recording" : "unpack it and name one of them");
  return std::make_unique<WholeRecording>(read_recording(found.front(), options));
}

/// What a reader gives must be what a recorder can have made.
Stream checked(Stream stream, const std::string& place) {
  constexpr double kLowest = 0.01, kHighest = 1e6;
  const double rate_hz = stream->about().rate_hz;
  if (!(rate_hz >= kLowest && rate_hz <= kHighest))
    throw Error(place, fmt::format("has {:g} samples a second, which no recorder has", rate_hz),
                "its header is damaged: get a whole copy of it");
  return stream;
}

Stream open_file(InputFile file, const ReadOptions& options) {
  if (looks_like_archive(file.beginning())) return open_archive(file, options);
  const std::string place = file.place();
  try {
    if (const Format* const format = format_of(file))
      return checked(format->open(std::move(file), options), place);
  } catch (const std::bad_alloc&) {
    throw Error(place, "asks for more memory than there is", "check that it is a recording");
  }
  if (file.size() == 0)
    throw Error(file.place(), "is empty, not a recording", "get a whole copy of it");
  std::string known;
  for (const Format& format : formats())
    known += fmt::format("{}{}", known.empty() ? "" : ", ", format.name);
  throw Error(file.place(), "not a recording of a known format", "known are: " + known);
}

/// An exam in a file of many is called FILE/EXAM_ID, as if the file were a folder.
bool names_exam(const fs::path& named) {
  std::error_code ignored;
  const fs::path file = named.parent_path();
  return named.has_filename() && fs::is_regular_file(file, ignored) &&
         looks_like_hdf5(InputFile(file).beginning());
}

/// What the recordings in a file are called.
std::vector<fs::path> recordings_in(const fs::path& path) {
  InputFile file(path);
  if (!looks_like_hdf5(file.beginning())) return {path};
  std::vector<fs::path> exams;
  for (const std::string& exam : code_exams(file)) exams.push_back(path / exam);
  return exams;
}

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

/// All files below a folder but hidden ones, also where links lead, but for links to what cannot be
/// read or to a folder that this one is in; each folder once.
std::vector<fs::path> files_under(const fs::path& folder) {
  std::vector<fs::path> files, folders = {folder};  // then the links, after what is really there
  std::unordered_set<fs::path, PathHash> seen;
  for (fs::path above = fs::canonical(folder); above.has_relative_path();
       above = above.parent_path())
    seen.insert(above.parent_path());
  for (std::size_t i = 0; i < folders.size(); ++i) {
    std::sort(folders.begin() + static_cast<std::ptrdiff_t>(i), folders.end());
    std::error_code unreadable;
    if (!seen.insert(fs::canonical(folders[i], unreadable)).second) continue;
    fs::recursive_directory_iterator at(folders[i], unreadable);
    if (unreadable && i > 0) continue;
    if (unreadable) throw fs::filesystem_error("folder", folders[i], unreadable);
    for (const fs::recursive_directory_iterator end; at != end; ++at) {
      std::error_code dangling;
      if (at->is_regular_file(dangling)) {
        if (at->path().filename().native().front() != '.') files.push_back(at->path());
      } else if (at->is_directory(dangling)) {
        if (at->is_symlink())
          folders.push_back(at->path());
        else if (at->path().extension() == ".partial" ||  // of what was interrupted
                 !seen.insert(fs::canonical(at->path())).second)
          at.disable_recursion_pending();
      }
    }
  }
  return files;
}

/// Files in a folder that hold a recording, each once: a WFDB record by its header, without the
/// headers that are only segments of a record found there too.
std::vector<fs::path> recordings_under(const fs::path& folder) {
  std::vector<fs::path> found, others;
  std::unordered_set<fs::path, PathHash> segments, signals;
  for (const fs::path& file : files_under(folder)) {
    if (!is_wfdb_header_name(file)) {
      others.push_back(file);
      continue;
    }
    WfdbFiles files = wfdb_files(file);
    for (fs::path& segment : files.segments) segments.insert(std::move(segment));
    for (fs::path& signal : files.signals) signals.insert(std::move(signal));
    found.push_back(file);
  }
  std::erase_if(found, [&](const fs::path& header) { return segments.contains(header); });
  for (fs::path& file : others) {
    if (signals.contains(file)) continue;
    try {
      if (!format_of(InputFile(file))) continue;
      for (fs::path& recording : recordings_in(file)) found.push_back(std::move(recording));
    } catch (const Error&) {
      found.push_back(std::move(file));  // whoever reads it is told why it cannot be read
    }
  }
  return found;
}

}  // namespace

std::unique_ptr<RecordingStream> open_recording(const fs::path& path, const ReadOptions& options) {
  if (names_exam(path)) {
    InputFile file(path.parent_path());
    return std::make_unique<WholeRecording>(
        read_code_exam(file, path.filename().string(), options));
  }
  return open_file(InputFile(existing_file(path)), options);
}

Recording read_recording(const fs::path& path, const ReadOptions& options) {
  return read_whole(*open_recording(path, options));
}

Recording read_recording(std::span<const std::uint8_t> bytes, const std::string& place,
                         const ReadOptions& options) {
  return read_whole(*open_file(InputFile(bytes, place), options));
}

std::vector<fs::path> find_recordings(const fs::path& source) {
  std::error_code ignored;
  std::vector<fs::path> found;
  if (names_exam(source)) return {source};
  if (!fs::is_directory(source, ignored)) {
    found = recordings_in(existing_file(source));
    std::sort(found.begin(), found.end());
    return found;
  }
  try {
    found = recordings_under(source);
  } catch (const fs::filesystem_error& error) {
    throw Error(error.path1().string(), error.code().message(),
                "check that the folder can be read");
  }
  std::sort(found.begin(), found.end(),
            [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
  return found;
}

}  // namespace liteheart
