// Fuzzes the WFDB header parser and signal decoders. Input: a header, a NUL byte, then the bytes of
// every signal file.
#include <algorithm>
#include <span>
#include <string_view>

#include "formats/wfdb_header.h"
#include "formats/wfdb_reader.h"
#include "reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liteheart;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view header = input.substr(0, input.find('\0'));
  const std::span<const std::uint8_t> all(data, size);
  const auto signals = all.subspan(std::min(size, header.size() + 1));
  looks_like_wfdb_header(header);
  return fuzzing::check_reading(size, [&] {
    return read_wfdb(header, "fuzz",
                     [&](const std::string&) { return InputFile(signals, "signals"); });
  });
}
