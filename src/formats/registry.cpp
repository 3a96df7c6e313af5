#include "formats/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "ecg/error.h"
#include "formats/alivecor_atc.h"
#include "formats/apple_watch_csv.h"
#include "formats/archive.h"
#include "formats/code_hdf5.h"
#include "formats/dicom_dataset.h"
#include "formats/dicom_reader.h"
#include "formats/edf_reader.h"
#include "formats/fhir_reader.h"
#include "formats/hl7_aecg.h"
#include "formats/input_file.h"
#include "formats/ishne_reader.h"
#include "formats/movesense_csv.h"
#include "formats/muse_xml.h"
#include "formats/philips_xml.h"
#include "formats/polar_log.h"
#include "formats/scp_reader.h"
#include "formats/text_reader.h"
#include "formats/wearable_csv.h"
#include "formats/wearable_json.h"
#include "formats/wfdb_header.h"
#include "formats/wfdb_reader.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;
using Stream = std::unique_ptr<RecordingStream>;

bool is_header_name(const fs::path& file) {
  const std::string_view name = file.native();
  return name.size() > 4 && (name.ends_with(".hea") || name.ends_with(".HEA"));
}

fs::path header_beside(const fs::path& signal_file) {
  return fs::path(signal_file).replace_extension(".hea");
}

bool has_header(const InputFile& file) {
  std::error_code ignored;
  return !file.path().empty() && fs::is_regular_file(header_beside(file.path()), ignored);
}

bool is_hdf5(const InputFile& file) { return looks_like_hdf5(file.beginning()); }

/// Reads a format of short recordings whole.
template <Recording (*read)(InputFile&)>
Stream whole(InputFile file, const ReadOptions&) {
  return std::make_unique<WholeRecording>(read(file));
}
template <Recording (*read)(InputFile&, const ReadOptions&)>
Stream whole(InputFile file, const ReadOptions& options) {
  return std::make_unique<WholeRecording>(read(file, options));
}

struct Format {
  std::string_view name;
  /// Whether the file, of which only the beginning need be looked at, is one of this format.
  bool (*recognise)(const InputFile& file);
  Stream (*open)(InputFile file, const ReadOptions& options);
};

/// Tried in this order; the first that recognises a file reads it.
constexpr std::array
    kFormats = {Format{"EDF, EDF+, BDF, BDF+",
                       [](const InputFile&file) { return looks_like_edf(file.beginning()); },
                       open_edf},
                Format{"ISHNE Holter (.ecg)",
                       [](const InputFile&file) { return looks_like_ishne(file.beginning()); },
                       open_ishne},
                Format{"AliveCor ATC",
                       [](const InputFile&file) { return looks_like_atc(file.beginning()); },
                       whole<read_atc>},
                Format{"SCP-ECG",
                       [](const InputFile&file) { return looks_like_scp(file.beginning()); },
                       whole<read_scp>},
                Format{"WFDB header (.hea)",
                       [](const InputFile&file) {
                         return is_header_name(file.path()) ||
                                looks_like_wfdb_header(file.beginning());
                       },
                       open_wfdb},
                whole<read_wfdb>},
    Format{"HL7 annotated ECG (XML)",
           [](const InputFile&file) { return looks_like_hl7_aecg(file.beginning()); },
           whole<read_hl7_aecg>},
    Format{"GE MUSE XML",
           [](const InputFile&file) { return looks_like_muse_xml(file.beginning()); },
           whole<read_muse_xml>},
    Format{"Philips Sierra XML",
           [](const InputFile&file) { return looks_like_philips_xml(file.beginning()); },
           whole<read_philips_xml>},
    constexpr std::array kFormats = {
        Format{"FHIR Observation",
               [](const InputFile&file) { return looks_like_fhir(file.beginning()); },
               whole<read_fhir>},
        Format{"CODE HDF5", is_hdf5, whole<read_code_hdf5>},
        Format{"WFDB header (.hea)",
               [](const InputFile&file) {
                 return is_header_name(file.path()) || looks_like_wfdb_header(file.beginning());
               },
               whole<read_wfdb>},
        Format{"WFDB signal file with its header beside it", has_header,
               [](InputFile file, const ReadOptions&options) -> Stream {
                 return open_wfdb(InputFile(header_beside(file.path())), options);
               }},
        Format{"Apple Watch CSV", looks_like_apple_watch, whole<read_apple_watch>},
        Format{"Fitbit JSON", looks_like_fitbit, whole<read_fitbit>},
        Format{"Withings CSV", looks_like_withings_csv, whole<read_withings_csv>},
        Format{"Withings JSON", looks_like_withings_json, whole<read_withings_json>},
        Format{"Samsung Health CSV", looks_like_samsung_csv, whole<read_samsung_csv>},
        Format{"Samsung Health JSON", looks_like_samsung_json, whole<read_samsung_json>},
        Format{"Polar Sensor Logger", looks_like_polar_log, whole<read_polar_log>},
        Format{"Polar H10 samples", looks_like_polar_samples, whole<read_polar_samples>},
        Format{"Movesense CSV", looks_like_movesense, whole<read_movesense>},
        Format{"text table of samples", looks_like_text_ecg, whole<read_text_ecg>},
        Format{"DICOM ECG", [](const InputFile&file) { return looks_like_dicom(file.beginning()); },
               whole<read_dicom>},
};

const Format* format_of(const InputFile& file) {
  const auto found = std::find_if(kFormats.begin(), kFormats.end(),
                                  [&](const Format& format) { return format.recognise(file); });
  return found == kFormats.end() ? nullptr : &*found;
}

/// The only recording of an archive; it is read whole, since the unpacked files go.
Stream open_archive(InputFile& file, const ReadOptions& options) {
  const UnpackedArchive unpacked(file);
  const std::vector<fs::path> found = find_recordings(unpacked.folder());
  if (found.size() != 1)
    throw Error(file.place(), fmt::format("an archive of {} recordings", found.size()),
                found.empty() ? "name a recording" : "unpack it and name one of them");
  return std::make_unique<WholeRecording>(read_recording(found.front(), options));
}

Stream open_file(InputFile file, const ReadOptions& options) {
  if (looks_like_archive(file.beginning())) return open_archive(file, options);
  if (const Format* const format = format_of(file)) return format->open(std::move(file), options);
  if (file.size() == 0)
    throw Error(file.place(), "is empty, not a recording", "get a whole copy of it");
  std::string known;
  for (const Format& format : kFormats)
    known += fmt::format("{}{}", known.empty() ? "" : ", ", format.name);
  throw Error(file.place(), "not a recording of a known format", "known are: " + known);
}

/// An exam in a file of many is called FILE/EXAM_ID, as if the file were a folder.
bool names_exam(const fs::path& named) {
  std::error_code ignored;
  const fs::path file = named.parent_path();
  return named.has_filename() && fs::is_regular_file(file, ignored) && is_hdf5(InputFile(file));
}

/// What the recordings in a file are called.
std::vector<fs::path> recordings_in(const fs::path& path) {
  InputFile file(path);
  if (!is_hdf5(file)) return {path};
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

/// Files in a folder that hold a recording, each once: a WFDB record by its header, without the
/// headers that are only segments of a record found there too.
std::vector<fs::path> recordings_under(const fs::path& folder) {
  std::vector<fs::path> found, others;
  std::unordered_set<fs::path, PathHash> segments, headers;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().filename().native().front() == '.') continue;
    if (!is_header_name(entry.path())) {
      others.push_back(entry.path());
      continue;
    }
    for (fs::path& segment : wfdb_segment_headers(entry.path())) {
      segments.insert(std::move(segment));
    }
    headers.insert(fs::path(entry.path()).replace_extension());
    found.push_back(entry.path());
  }
  std::erase_if(found, [&](const fs::path& header) { return segments.contains(header); });
  for (fs::path& file : others) {
    if (headers.contains(fs::path(file).replace_extension())) continue;
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
