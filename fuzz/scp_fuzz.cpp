// Fuzzes the reader of SCP-ECG and of Healforce's dialect. Input: a file.
#include "formats/scp_reader.h"
#include "reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liteheart;
  looks_like_scp({reinterpret_cast<const char*>(data), size});
  return fuzzing::check_reading(size, [&] {
    InputFile file({data, size}, "fuzz");
    return read_scp(file);
  });
}
