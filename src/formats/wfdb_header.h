// The header file (.hea) of a WFDB record: https://physionet.org/physiotools/wag/header-5.htm.
// Only text is looked at here; no other file is touched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace liteheart {

struct WfdbSignal {  // one signal line
  std::string file;  // relative to the header's folder
  int format = 0;    // 16, 212, ...
  int samples_per_frame = 1;
  std::size_t skew = 0;         // frames by which the stored signal lags
  std::size_t byte_offset = 0;  // of the first sample in the file
  double gain = 200;            // ADC units per `units`; 200 where missing or 0
  double baseline = 0;          // ADC value of 0 `units`; the ADC zero where missing
  std::string units;            // as written; empty means mV
  std::int32_t initial = 0;     // what the first differences of format 8 add to
  std::uint16_t checksum = 0;   // sum of the samples mod 65536; 0 where none is declared
  std::string name;             // the description field
  int line = 0;                 // of the header, from 1
};

struct WfdbSegmentLine {    // one part of a multi-segment record
  std::string record;       // name of a record in the same folder; "~" for a gap
  std::size_t samples = 0;  // frames; 0 in the layout segment, which holds no signals
  int line = 0;             // of the header, from 1
};

struct WfdbHeader {
  std::string record;
  double rate_hz = 250;  // frames per second; 250 where missing
  bool rate_written = false;
  std::size_t samples = 0;  // frames; 0 where the header does not say
  std::string start;        // base time and date in ISO 8601, as far as they are written
  bool multi_segment = false;
  std::vector<WfdbSegmentLine> segments;  // only of a multi-segment record
  std::vector<WfdbSignal> signals;        // empty in a multi-segment header
  int record_line = 0;

  // From comments, empty where absent: "#Key: value" as the Challenges and PTB write them,
  // "# <age>: 25 <sex>: M", or "# 69 M ..." as the MIT-BIH databases do.
  std::string age, sex, diagnoses;
  std::string estimated;                // what leads that no electrode measured were made from
  std::vector<std::string> statements;  // "Key: value" of comments that tell of the heart
};

/// Parses the text of a header. `place` is the file's name, for errors. Throws Error (file, line,
/// remedy) if it is not a header, no signal is declared, or a field cannot mean anything.
WfdbHeader parse_wfdb_header(std::string_view text, std::string_view place);

/// Whether `text`, the beginning of a file, starts like a header: comments, then a record line.
bool looks_like_wfdb_header(std::string_view text);

}  // namespace liteheart
