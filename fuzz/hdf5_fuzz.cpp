// Fuzzes the reader of CODE files and with it libhdf5: any bytes are a file.
#include "formats/code_hdf5.h"
#include "reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liteheart;
  return fuzzing::check_reading(size, [&] {
    InputFile file({data, size}, "fuzz");
    return read_code_exam(file, code_exams(file).front(), {0, "mV"});
  });
}
