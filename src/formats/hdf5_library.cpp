#include "formats/hdf5_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <string>

#include "ecg/error.h"

namespace liteheart {
namespace {

class Loader {
 public:
  Loader() : library_(::dlopen(LITEHEART_HDF5_LIBRARY, RTLD_NOW | RTLD_LOCAL)) {
    if (!library_)
      throw Error(LITEHEART_HDF5_LIBRARY, "the library that reads HDF5 files is not there",
                  "install HDF5 (Debian: libhdf5-103-1)");
  }
  template <class Symbol>
  Symbol* find(const char* name) const {
    void* const found = ::dlsym(library_, name);
    if (!found)
      throw Error(LITEHEART_HDF5_LIBRARY, std::string("has no ") + name,
                  "install the HDF5 that the program was built with");
    return reinterpret_cast<Symbol*>(found);
  }
  /// A variable may have been copied into a program that links HDF5 itself: then that is it.
  hid_t id(const char* name) const {
    if (const void* const copied = ::dlsym(RTLD_DEFAULT, name))
      return *static_cast<const hid_t*>(copied);
    return *find<const hid_t>(name);
  }

 private:
  void* library_;  // for good: HDF5 must not be unloaded
};

Hdf5 load() {
  const Loader loader;
  Hdf5 library;
// In two steps, as HDF5's own macros name the versions of functions.
#define LITEHEART_HDF5_TEXT(name) #name
#define LITEHEART_HDF5_LOAD(name) \
  library.name =                  \
      loader.find<std::remove_pointer_t<decltype(library.name)>>(LITEHEART_HDF5_TEXT(name));
  LITEHEART_HDF5_FUNCTIONS(LITEHEART_HDF5_LOAD)
#undef LITEHEART_HDF5_LOAD
#undef LITEHEART_HDF5_TEXT
  library.H5open();
  unsigned major = 0, minor = 0, release = 0;
  library.H5get_libversion(&major, &minor, &release);
  if (major != H5_VERS_MAJOR || minor != H5_VERS_MINOR)
    throw Error(LITEHEART_HDF5_LIBRARY, fmt::format("is HDF5 {}.{}", major, minor),
                fmt::format("install HDF5 {}.{}", H5_VERS_MAJOR, H5_VERS_MINOR));
  library.H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  library.H5PLset_loading_state(0);
  library.native_float = loader.id("H5T_NATIVE_FLOAT_g");
  library.native_int64 = loader.id("H5T_NATIVE_INT64_g");
  library.file_access = loader.id("H5P_CLS_FILE_ACCESS_ID_g");
  return library;
}

}  // namespace

const Hdf5& hdf5_library() {
  static const Hdf5 library = load();
  return library;
}

}  // namespace liteheart
