// Fuzzes what is done with archives: whatever lies in one, an Error or a folder of plain files.
#include <cstdlib>
#include <filesystem>

#include "formats/archive.h"
#include "reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liteheart;
  ::setenv("TMPDIR", "/dev/shm", 0);
  looks_like_archive({reinterpret_cast<const char*>(data), size});
  try {
    InputFile file({data, size}, "fuzz");
    const UnpackedArchive unpacked(file);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(unpacked.folder()))
      if (entry.is_symlink()) std::abort();
  } catch (const Error&) {
  }
  return 0;
}
