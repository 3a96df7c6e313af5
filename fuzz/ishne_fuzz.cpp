// Fuzzes the ISHNE Holter reader. Input: a file.
#include <span>

#include "formats/ishne_reader.h"
#include "reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liteheart;
  const std::span<const std::uint8_t> bytes(data, size);
  looks_like_ishne({reinterpret_cast<const char*>(data), size});
  return fuzzing::check_reading(size, [&] {
    return read_whole(*open_ishne(InputFile(bytes, "fuzz"), {250, ""}));
  });
}
