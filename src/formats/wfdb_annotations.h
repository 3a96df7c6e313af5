// WFDB annotation files (.atr and others), MIT format:
// https://physionet.org/physiotools/wag/annot-5.htm.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace liteheart {

struct WfdbAnnotation {
  std::int64_t time = 0;  // in the file's own unit: frames, unless it says otherwise
  int code = 0;           // 1 to 49: what is marked
  int subtype = 0, channel = 0, number = 0;
  std::string text;  // AUX
};

struct WfdbAnnotations {
  std::vector<WfdbAnnotation> marks;  // in the file's order
  double units_per_second = 0;        // "## time resolution: N" of the file, else 0
  bool cut_off = false;               // the end mark is not there
};

/// Reads the bytes of an annotation file. `place` names it in errors. Throws Error (byte) where an
/// annotation has no known code or a time that goes back beyond the beginning, which is how a file
/// that is something else shows.
WfdbAnnotations read_wfdb_annotations(std::span<const std::uint8_t> bytes,
                                      const std::string& place);

/// The mnemonic of a code ("N", "V", "+"), empty where it has none.
std::string wfdb_mnemonic(int code);
/// Whether the code marks a beat. Flutter waves, rhythm changes, noise and comments are none.
bool is_wfdb_beat(int code);

}  // namespace liteheart
