// Fuzzes the FHIR reader: any bytes are a file.
#include "formats/fhir_reader.h"
#include "reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liteheart;
  return fuzzing::check_reading(size, [&] {
    InputFile file({data, size}, "fuzz");
    return read_fhir(file, {0, "uV"});
  });
}
