// Integers as most formats write them.
#pragma once

#include <cstdint>
#include <string>

namespace liteheart::test {

inline std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i);
  return text;
}

}  // namespace liteheart::test
