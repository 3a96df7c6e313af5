#include "formats/writers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "formats/csv_writer.h"
#include "formats/dicom_writer.h"
#include "formats/edf_writer.h"
#include "formats/fhir_writer.h"
#include "formats/text.h"
#include "formats/wfdb_writer.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

using Notes = std::vector<std::string>;

/// What a file of samples and little else leaves out.
Notes left_out(const Recording& recording, const char* format) {
  Notes notes;
  const auto note = [&](bool known, const char* what) {
    if (known) notes.push_back(fmt::format("{} is written without {}", format, what));
  };
  note(!recording.beats.empty(), "the marked beats");
  note(!recording.statements.empty(), "the statements");
  note(!recording.device.empty(), "the device");
  return notes;
}

/// A WFDB record is named as its files are; `file`: as written_file makes it.
template <WfdbLayout layout>
Notes write_record(const Recording& recording, const fs::path& file) {
  Recording named = recording;
  named.name = file.stem().string();
  write_wfdb(named, file.has_parent_path() ? file.parent_path() : ".", layout);
  return left_out(recording, "WFDB");
}

template <void (*write)(const Recording&, const fs::path&)>
Notes silently(const Recording& recording, const fs::path& file) {
  write(recording, file);
  return {};
}

constexpr std::array kFormats = {
    OutputFormat{"wfdb", ".hea", "WFDB, format 16", write_record<WfdbLayout::kFormat16>},
    OutputFormat{"wfdb-flac", ".hea", "WFDB, FLAC (format 516)", write_record<WfdbLayout::kFlac>},
    OutputFormat{"csv", ".csv", "CSV in mV",
                 [](const Recording& recording, const fs::path& file) {
                   write_csv(recording, file);
                   return left_out(recording, "CSV");
                 }},
    OutputFormat{"edf", ".edf", "EDF+",
                 [](const Recording& recording, const fs::path& file) {
                   return write_edf(recording, file).warnings;
                 }},
    OutputFormat{"fhir", ".json", "FHIR R4 Observation", silently<write_fhir>},
    OutputFormat{"dicom", ".dcm", "DICOM 12-lead or general ECG", silently<write_dicom>},
};

}  // namespace

std::span<const OutputFormat> output_formats() { return kFormats; }

const OutputFormat* find_output_format(std::string_view name) {
  const auto found = std::find_if(kFormats.begin(), kFormats.end(),
                                  [&](const OutputFormat& format) { return format.name == name; });
  return found == kFormats.end() ? nullptr : &*found;
}

fs::path written_file(const OutputFormat& format, const fs::path& named) {
  if (format.extension != ".hea") return named;
  const bool ends = lower(named.extension().string()) == ".hea";
  const std::string name = ends ? named.stem().string() : named.filename().string();
  return named.parent_path() / (wfdb_record_name(name) + ".hea");
}

const OutputFormat* output_format_of(const fs::path& file) {
  const std::string extension = lower(file.extension().string());
  const auto found =
      std::find_if(kFormats.begin(), kFormats.end(),
                   [&](const OutputFormat& format) { return format.extension == extension; });
  return found == kFormats.end() ? nullptr : &*found;
}

}  // namespace liteheart
