// Fuzzes the WFDB header parser and signal decoders. Input: a header, a NUL byte, then the bytes of
// every signal file. An Error is a right answer; so is a recording that is whole.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "ecg/error.h"
#include "formats/wfdb_header.h"
#include "formats/wfdb_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view header = input.substr(0, input.find('\0'));
  const std::span<const std::uint8_t> all(data, size);
  const auto signals = all.subspan(std::min(size, header.size() + 1));
  liteheart::looks_like_wfdb_header(header);
  try {
    const liteheart::Recording recording = liteheart::read_wfdb(
        header, "fuzz", [&](const std::string&) { return liteheart::FileBytes(signals); });
    const bool whole = recording.samples > 0 && recording.rate_hz > 0 && !recording.leads.empty() &&
                       recording.mv.size() == recording.leads.size() * recording.samples;
    if (!whole) std::abort();
  } catch (const liteheart::Error&) {
  }
  return 0;
}
