// Fuzzes the reader of AliveCor's ATC. Input: a file.
#include "formats/alivecor_atc.h"
#include "reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liteheart;
  looks_like_atc({reinterpret_cast<const char*>(data), size});
  return fuzzing::check_reading(size, [&] {
    InputFile file({data, size}, "fuzz");
    return read_atc(file);
  });
}
