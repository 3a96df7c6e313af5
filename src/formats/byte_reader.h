// Numbers and text out of bytes, never beyond their end.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ecg/error.h"

namespace liteheart {

/// A place in bytes that moves on as they are read. Throws Error ("PLACE byte N: cut off") where
/// more is wanted than is there.
class ByteReader {
 public:
  /// place: the file, for errors; base: of the first byte in the file.
  ByteReader(std::span<const std::uint8_t> bytes, std::string place, std::size_t base = 0)
      : bytes_(bytes), place_(std::move(place)), base_(base) {}

  std::size_t at() const { return at_; }
  std::size_t left() const { return bytes_.size() - at_; }
  void seek(std::size_t at) {
    if (at > bytes_.size()) cut_off(at);
    at_ = at;
  }
  void skip(std::size_t count) { take(count); }
  /// The next `count` bytes.
  std::span<const std::uint8_t> take(std::size_t count) {
    if (count > left()) cut_off(bytes_.size());
    const auto part = bytes_.subspan(at_, count);
    at_ += count;
    return part;
  }
  /// The next `count` bytes as text, up to a NUL.
  std::string_view text(std::size_t count) {
    const auto part = take(count);
    const std::string_view all(reinterpret_cast<const char*>(part.data()), part.size());
    return all.substr(0, all.find('\0'));
  }
  /// The next integer, little endian.
  template <class Integer>
  Integer little() {
    const auto part = take(sizeof(Integer));
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < part.size(); ++i)
      value |= static_cast<std::uint64_t>(part[i]) << (8 * i);
    return static_cast<Integer>(value);
  }
  /// "PLACE byte N", of what comes next.
  std::string where() const { return fmt::format("{} byte {}", place_, base_ + at_); }

 private:
  [[noreturn]] void cut_off(std::size_t at) const {
    throw Error(fmt::format("{} byte {}", place_, base_ + at), "the file is cut off or damaged",
                "get a whole copy of it");
  }

  std::span<const std::uint8_t> bytes_;
  std::string place_;
  std::size_t base_, at_ = 0;
};

}  // namespace liteheart
