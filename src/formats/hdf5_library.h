// libhdf5, loaded when the first HDF5 file is read: Debian's brings some 30 libraries along
// (libcurl and what it needs), 5 ms of every start of a program that links it.
#pragma once

#include <hdf5.h>

namespace liteheart {

// clang-format off
#define LITEHEART_HDF5_FUNCTIONS(X) \
  X(H5open) X(H5get_libversion) X(H5Eset_auto2) X(H5PLset_loading_state) X(H5Fopen) \
  X(H5Fclose) X(H5Pcreate) X(H5Pclose) X(H5Pset_fapl_core) X(H5Pset_file_image) X(H5Lexists) \
  X(H5Lget_info) X(H5Dopen2) X(H5Dclose) X(H5Dget_space) X(H5Dget_type) \
  X(H5Dget_create_plist) X(H5Dread) X(H5Sclose) X(H5Sget_simple_extent_ndims) \
  X(H5Sget_simple_extent_dims) X(H5Screate_simple) X(H5Sselect_hyperslab) X(H5Tclose) \
  X(H5Tget_class) X(H5Tget_size) X(H5Pget_layout) X(H5Pget_chunk) X(H5Pget_external_count) \
  X(H5Pget_nfilters) X(H5Pget_filter2) X(H5Tget_precision) X(H5Tget_offset) X(H5Tget_fields) \
  X(H5Tget_ebias) X(H5Dget_storage_size) X(H5Dget_offset)
// clang-format on

/// Its functions by their own names, and the ids that its macros would name.
struct Hdf5 {
// NOLINTNEXTLINE(bugprone-macro-parentheses): a name, not an expression
#define LITEHEART_HDF5_MEMBER(name) decltype(&::name) name = nullptr;
  LITEHEART_HDF5_FUNCTIONS(LITEHEART_HDF5_MEMBER)
#undef LITEHEART_HDF5_MEMBER
  hid_t native_float = -1, native_int64 = -1, file_access = -1;
};

/// Loads it once; it prints no errors and loads no plugins. Throws Error if it is not installed or
/// of another version. Debian's is not built for threads: call it in a child process.
const Hdf5& hdf5_library();

}  // namespace liteheart
