// Fuzzes WFDB headers, signal decoders, segments and annotations. Input: files, each ended by two
// NUL bytes but the last: the record's header, a segment's header, annotations, and the bytes of
// the signal files. Any header that is asked for is the segment's, any other file has the signals.
#include <array>
#include <cmath>
#include <cstdlib>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "ecg/error.h"
#include "formats/wfdb_annotations.h"
#include "formats/wfdb_beats.h"
#include "formats/wfdb_header.h"
#include "formats/wfdb_reader.h"

namespace {

using namespace liteheart;

constexpr std::size_t kMostFiles = 4;  // of other names: on a disk each would have its own bytes

std::array<std::string_view, 4> files_of(std::string_view input) {
  std::array<std::string_view, 4> files;
  for (std::size_t i = 0; i + 1 < files.size(); ++i) {
    const std::size_t end = input.find(std::string_view("\0\0", 2));
    files[i] = input.substr(0, end);
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 2);
  }
  files.back() = input;
  return files;
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Reads to the end, in pieces of odd length. What FLAC and gaps make large must still be bounded.
void check_stream(RecordingStream& stream, std::size_t size) {
  constexpr std::size_t kMostSamplesPerByte = 2048, kMostGap = 24, kAllowance = 5 << 20;
  constexpr std::size_t kPiece = 1021, kMostRead = 1 << 20;
  const Recording& about = stream.about();
  const std::size_t leads = about.leads.size();
  const bool sound = about.samples > 0 && leads > 0 && std::isfinite(about.rate_hz) &&
                     about.rate_hz > 0 && !about.format.empty();
  if (!sound || about.samples > (size * kMostSamplesPerByte + 1) * kMostGap + kAllowance)
    std::abort();
  std::vector<float> out(leads * kPiece);
  std::size_t read = 0;
  while (read < kMostRead / leads) {
    const std::size_t count = stream.read(out.data(), kPiece, kPiece);
    read += count;
    if (count < kPiece) {
      if (read != about.samples) std::abort();
      break;
    }
  }
}

void check_annotations(std::string_view file) {
  const WfdbAnnotations annotations = read_wfdb_annotations(bytes_of(file), "annotations");
  Recording recording;
  recording.rate_hz = 500;
  recording.samples = 100000;
  add_wfdb_annotations(annotations, 250, "annotations", recording);
  std::size_t last = 0;
  for (const Beat& beat : recording.beats) {
    if (beat.sample >= recording.samples || beat.sample < last || beat.label.empty()) std::abort();
    last = beat.sample;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto files = files_of({reinterpret_cast<const char*>(data), size});
  looks_like_wfdb_header(files[0]);
  try {
    check_annotations(files[2]);
  } catch (const Error&) {
  }
  try {
    std::set<std::string> names;
    const auto stream = open_wfdb(files[0], "fuzz", [&](const std::string& name) {
      if (names.insert(name).second && names.size() > kMostFiles)
        throw Error(name, "too many files");
      return InputFile(bytes_of(name.ends_with(".hea") ? files[1] : files[3]), name);
    });
    check_stream(*stream, size);
  } catch (const Error&) {
  }
  return 0;
}
