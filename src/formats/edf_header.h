// The header of an EDF, EDF+, BDF or BDF+ file: https://www.edfplus.info/specs/edf.html and
// edfplus.html; BDF is the same with 24-bit samples: https://www.biosemi.com/faq/file_format.htm.
// Real files break the rules for numbers and texts, so both are read as leniently as they are
// clear.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/input_file.h"

namespace liteheart {

struct EdfSignal {
  std::string label, dimension;  // as written, UTF-8, without blanks around them
  // nullopt where the field is no number. Physical minimum above maximum means a signal upside
  // down.
  std::optional<double> physical_min, physical_max, digital_min, digital_max;
  std::size_t samples = 0;      // in each data record
  std::uint64_t in_record = 0;  // byte of the first one in a record

  /// Text and times instead of samples, or BioSemi's trigger channel.
  bool is_annotation() const;
  bool is_status() const;
};

struct EdfHeader {
  bool bdf = false;                                        // 24-bit samples
  bool plus = false;                                       // EDF+ or BDF+
  bool discontinuous = false;                              // EDF+D or BDF+D
  std::string patient, recording, start_date, start_time;  // fields 3 to 6, as written
  std::uint64_t records = 0;                               // whole ones that the file holds, > 0
  double record_seconds = 0;                               // 0 where the header does not tell
  std::uint64_t bytes = 0;                                 // of the header
  std::uint64_t record_bytes = 0;                          // > 0
  std::vector<EdfSignal> signals;
  std::vector<std::string> warnings;

  std::string format() const;  // "EDF", "EDF+", "EDF+D", "BDF", ...
  std::size_t sample_bytes() const { return bdf ? 3 : 2; }
};

/// Whether `beginning`, that of a file, is that of an EDF or BDF header.
bool looks_like_edf(std::string_view beginning);

/// Reads the header of a file that looks like one. Fewer records than declared, surplus bytes and
/// damaged fields are warnings. Throws Error (file and byte) if the header is cut off, a number
/// that the layout hangs on cannot be read, or the file holds no whole record.
EdfHeader read_edf_header(const InputFile& file);

}  // namespace liteheart
