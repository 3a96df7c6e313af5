// The Huffman code of SCP-ECG (EN 1064 section 2 and annex C): prefixes that stand for a value, for
// a value whose bits follow, or for a change of the table.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "formats/byte_reader.h"

namespace liteheart {

struct ScpCode {
  unsigned prefix_bits = 0;  // 1 to 32
  unsigned value_bits = 0;   // signed, behind the prefix; 0: the value is base_value; at most 16
  bool switches = false;     // no value: the table of number base_value, from 1 on, comes into use
  int base_value = 0;
  std::uint32_t prefix = 0;  // lowest bit comes first
};

class ScpHuffman {
 public:
  /// What section 2 writes instead of a number of tables to name the table of the standard.
  static constexpr unsigned kStandardTable = 19999;

  /// The table of the standard: 0 for zero, to 111111111 0 and 8 bits, 1111111111 and 16 bits.
  ScpHuffman();
  /// Reads section 2. Throws Error where a code has no bits, more than the standard allows, is the
  /// beginning of another or leads to no table, and for more than 4096 codes.
  explicit ScpHuffman(ByteReader section);

  /// Decodes at most out.size() values, as many as are whole in what is left of `data`, and returns
  /// how many. The first table comes first, the highest bit of a byte first. Throws Error at bits
  /// that are no code. The time taken is linear in data.
  std::size_t decode(ByteReader data, std::span<std::int32_t> out) const;

 private:
  /// What a bit leads to: a node further on, a code, or nothing.
  static constexpr std::int32_t kNothing = 0;
  struct Node {
    std::array<std::int32_t, 2> next = {kNothing, kNothing};  // > 0: node; < 0: -(code + 1)
  };

  /// False where the code is part of another.
  bool add(std::size_t root, const ScpCode& code);

  std::vector<ScpCode> codes_;
  std::vector<Node> nodes_;
  std::vector<std::size_t> roots_;  // of each table
};

}  // namespace liteheart
