// Fuzzes the DICOM reader: any bytes are a file.
#include "formats/dicom_reader.h"
#include "reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liteheart;
  return fuzzing::check_reading(size, [&] {
    InputFile file({data, size}, "fuzz");
    return read_dicom(file, {});
  });
}
