// NumPy's .npy files: the 128 bytes before a C-ordered array of a simple type.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace liteheart {

struct NpyHeader {
  std::string descr;               // NumPy's type string: "<i2" int16, "|u1" uint8
  std::vector<std::size_t> shape;  // C order
  std::size_t bytes = 0;           // where the array begins in the file
};

/// Length of every header that npy_header() makes, whatever the shape, so that a writer can reserve
/// it before the number of rows is known.
inline constexpr std::size_t kNpyHeaderBytes = 128;

/// The header (format version 1.0) of an array in C order.
std::string npy_header(std::string_view descr, const std::vector<std::size_t>& shape);

/// Reads the header of `path`. Throws Error if the file is no .npy file, or in Fortran order.
NpyHeader read_npy_header(const std::filesystem::path& path);

}  // namespace liteheart
