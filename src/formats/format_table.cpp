#include "formats/format_table.h"

#include <algorithm>
#include <array>

#include "formats/alivecor_atc.h"
#include "formats/apple_watch_csv.h"
#include "formats/code_hdf5.h"
#include "formats/dicom_dataset.h"
#include "formats/dicom_reader.h"
#include "formats/edf_header.h"
#include "formats/edf_reader.h"
#include "formats/fhir_reader.h"
#include "formats/hl7_aecg.h"
#include "formats/ishne_reader.h"
#include "formats/movesense_csv.h"
#include "formats/muse_xml.h"
#include "formats/philips_xml.h"
#include "formats/polar_log.h"
#include "formats/scp_reader.h"
#include "formats/scp_sections.h"
#include "formats/text_reader.h"
#include "formats/wearable_csv.h"
#include "formats/wearable_json.h"
#include "formats/wfdb_header.h"
#include "formats/wfdb_reader.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;
using Stream = std::unique_ptr<RecordingStream>;

/// Recognises a file by how it begins.
template <bool (*looks_like)(std::string_view)>
bool begins(const InputFile& file) {
  return looks_like(file.beginning());
}

/// Reads a format of short recordings whole.
template <Recording (*read)(InputFile&)>
Stream whole(InputFile file, const ReadOptions&) {
  return std::make_unique<WholeRecording>(read(file));
}
template <Recording (*read)(InputFile&, const ReadOptions&)>
Stream whole(InputFile file, const ReadOptions& options) {
  return std::make_unique<WholeRecording>(read(file, options));
}

bool is_wfdb_header(const InputFile& file) {
  return is_wfdb_header_name(file.path()) || looks_like_wfdb_header(file.beginning());
}

fs::path header_beside(const fs::path& signal_file) {
  return fs::path(signal_file).replace_extension(".hea");
}

/// Whether a header of the same name lies beside the file and calls it one of its own.
bool has_wfdb_header(const InputFile& file) {
  if (file.path().empty()) return false;
  const fs::path header = header_beside(file.path());
  std::error_code ignored;
  if (!fs::is_regular_file(header, ignored)) return false;
  const auto signals = wfdb_files(header).signals;
  return std::find(signals.begin(), signals.end(), file.path()) != signals.end();
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): as format_table.h has it
Stream open_by_header(InputFile file, const ReadOptions& options) {
  return open_wfdb(InputFile(header_beside(file.path())), options);
}

/// Those that begin with a sign of their own come first; then WFDB, whose signal files may begin
/// with anything; then text, the most tolerant last.
constexpr std::array kFormats = {
    Format{"EDF, EDF+, BDF", begins<looks_like_edf>, open_edf},
    Format{"ISHNE Holter", begins<looks_like_ishne>, open_ishne},
    Format{"AliveCor ATC", begins<looks_like_atc>, whole<read_atc>},
    Format{"SCP-ECG", begins<looks_like_scp>, whole<read_scp>},
    Format{"HL7 annotated ECG", begins<looks_like_hl7_aecg>, whole<read_hl7_aecg>},
    Format{"GE MUSE XML", begins<looks_like_muse_xml>, whole<read_muse_xml>},
    Format{"Philips Sierra XML", begins<looks_like_philips_xml>, whole<read_philips_xml>},
    Format{"CODE HDF5", begins<looks_like_hdf5>, whole<read_code_hdf5>},
    Format{"FHIR Observation", begins<looks_like_fhir>, whole<read_fhir>},
    Format{"WFDB", is_wfdb_header, open_wfdb},
    Format{"WFDB signal file beside its header", has_wfdb_header, open_by_header},
    Format{"Apple Watch CSV", looks_like_apple_watch, whole<read_apple_watch>},
    Format{"Fitbit JSON", looks_like_fitbit, whole<read_fitbit>},
    Format{"Withings CSV", looks_like_withings_csv, whole<read_withings_csv>},
    Format{"Withings JSON", looks_like_withings_json, whole<read_withings_json>},
    Format{"Samsung Health CSV", looks_like_samsung_csv, whole<read_samsung_csv>},
    Format{"Samsung Health JSON", looks_like_samsung_json, whole<read_samsung_json>},
    Format{"Polar Sensor Logger", looks_like_polar_log, whole<read_polar_log>},
    Format{"Polar H10 samples", looks_like_polar_samples, whole<read_polar_samples>},
    Format{"Movesense CSV", looks_like_movesense, whole<read_movesense>},
    Format{"DICOM ECG", begins<looks_like_dicom>, whole<read_dicom>},
    Format{"text table", looks_like_text_ecg, whole<read_text_ecg>},
};

}  // namespace

std::span<const Format> formats() { return kFormats; }

const Format* format_of(const InputFile& file) {
  const auto found = std::find_if(kFormats.begin(), kFormats.end(),
                                  [&](const Format& format) { return format.recognise(file); });
  return found == kFormats.end() ? nullptr : &*found;
}

bool is_wfdb_header_name(const fs::path& file) {
  const std::string_view name = file.native();
  return name.size() > 4 && (name.ends_with(".hea") || name.ends_with(".HEA"));
}

}  // namespace liteheart
