// Fuzzes the EDF, EDF+, BDF and BDF+ reader. Input: a file.
#include <span>

#include "formats/edf_reader.h"
#include "reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liteheart;
  const std::span<const std::uint8_t> bytes(data, size);
  looks_like_edf({reinterpret_cast<const char*>(data), size});
  return fuzzing::check_reading(size, [&] {
    return read_whole(*open_edf(InputFile(bytes, "fuzz"), {250, ""}));
  });
}
