// What both weight readers check before they trust a number or print a name from a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace liteheart {

/// Elements of a tensor of this shape; nothing where a size is negative or the bytes do not fit
/// 63 bits. Zero sizes count as one in that check, since libtorch multiplies strides that way.
inline std::optional<std::int64_t> element_count(std::span<const std::int64_t> shape,
                                                 std::size_t element_size) {
  auto bytes = static_cast<std::int64_t>(element_size);
  bool empty = false;
  for (const std::int64_t size : shape) {
    empty = empty || size == 0;
    if (size < 0 || __builtin_mul_overflow(bytes, size == 0 ? 1 : size, &bytes)) return {};
  }
  return empty ? 0 : bytes / static_cast<std::int64_t>(element_size);
}

/// A name out of a file, fit for a one-line message: quoted, short, without control characters.
inline std::string printable(std::string_view name) {
  constexpr std::size_t kLongest = 120;
  std::string line = "'";
  for (const char c : name.substr(0, kLongest)) {
    line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  return line + (name.size() > kLongest ? "...'" : "'");
}

}  // namespace liteheart
