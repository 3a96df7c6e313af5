#include "formats/scp_huffman.h"

#include <fmt/format.h>

#include <string>

#include "ecg/error.h"

namespace liteheart {
namespace {

constexpr std::size_t kMostCodes = 4096, kCodeBytes = 9;
constexpr unsigned kMostPrefixBits = 32, kMostValueBits = 16;

/// Bits of a byte string, the highest of each byte first.
class Bits {
 public:
  explicit Bits(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  std::size_t at() const { return at_; }
  std::size_t left() const { return 8 * bytes_.size() - at_; }
  unsigned next() {
    const unsigned bit = (bytes_[at_ / 8] >> (7 - at_ % 8)) & 1U;
    ++at_;
    return bit;
  }
  std::int32_t signed_value(unsigned bits) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < bits; ++i) value = value << 1 | next();
    const std::uint32_t sign = 1U << (bits - 1);
    return static_cast<std::int32_t>(value ^ sign) - static_cast<std::int32_t>(sign);
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

ScpCode read_code(ByteReader& section, std::size_t tables) {
  const std::string where = section.where();
  const auto refuse = [&](const char* problem) {
    throw Error(where, problem, "the Huffman table is damaged; get a whole copy of the file");
  };
  ScpCode code;
  code.prefix_bits = section.little<std::uint8_t>();
  const unsigned all_bits = section.little<std::uint8_t>();
  code.switches = section.little<std::uint8_t>() == 0;
  code.base_value = section.little<std::int16_t>();
  code.prefix = section.little<std::uint32_t>();
  if (code.prefix_bits == 0) refuse("a Huffman code of no bits");
  if (code.prefix_bits > kMostPrefixBits || all_bits < code.prefix_bits ||
      all_bits > code.prefix_bits + (code.switches ? 0 : kMostValueBits))
    refuse("a Huffman code of an impossible length");
  code.value_bits = all_bits - code.prefix_bits;
  if (code.switches && (code.base_value < 1 || static_cast<std::size_t>(code.base_value) > tables))
    refuse("a Huffman code that leads to a table which is not there");
  if (!code.switches && code.value_bits > 0 && code.base_value != 0)
    throw Error(where, "Huffman codes with a base and bits of their own are not supported",
                "export the recording in another format");
  return code;
}

}  // namespace

ScpHuffman::ScpHuffman() : nodes_(1), roots_{0} {
  constexpr unsigned kLargest = 8;
  add(0, {1, 0, false, 0, 0});
  for (unsigned value = 1; value <= kLargest; ++value) {
    const std::uint32_t ones = (1U << value) - 1;
    add(0, {value + 2, 0, false, static_cast<int>(value), ones});
    add(0, {value + 2, 0, false, -static_cast<int>(value), ones | 1U << (value + 1)});
  }
  const std::uint32_t ones = (1U << (kLargest + 1)) - 1;
  add(0, {kLargest + 2, 8, false, 0, ones});
  add(0, {kLargest + 2, 16, false, 0, ones | 1U << (kLargest + 1)});
}

ScpHuffman::ScpHuffman(ByteReader section) {
  const std::size_t tables = section.little<std::uint16_t>();
  if (tables == kStandardTable) {
    *this = ScpHuffman();
    return;
  }
  for (std::size_t table = 0; table < tables; ++table) {
    const std::string where = section.where();
    const std::size_t count = section.little<std::uint16_t>();
    if (codes_.size() + count > kMostCodes || roots_.size() >= kMostCodes)
      throw Error(where, "more Huffman codes than any recording needs",
                  "the file is damaged; get a whole copy of it");
    if (count * kCodeBytes > section.left()) section.take(count * kCodeBytes);
    const std::size_t root = nodes_.size();
    roots_.push_back(root);
    nodes_.emplace_back();
    for (std::size_t i = 0; i < count; ++i) {
      const std::string place = section.where();
      if (!add(root, read_code(section, tables)))
        throw Error(place, "a Huffman code that is the beginning of another",
                    "the Huffman table is damaged; get a whole copy of the file");
    }
  }
  if (tables == 0)
    throw Error(section.where(), "Huffman tables are announced, but there are none",
                "the file is damaged; get a whole copy of it");
}

bool ScpHuffman::add(std::size_t root, const ScpCode& code) {
  const auto leaf = -static_cast<std::int32_t>(codes_.size()) - 1;
  std::size_t node = root;
  for (unsigned bit = 0; bit < code.prefix_bits; ++bit) {
    const std::size_t branch = (code.prefix >> bit) & 1U;
    const std::int32_t next = nodes_[node].next[branch];
    if (bit + 1 == code.prefix_bits) {
      if (next != kNothing) return false;
      nodes_[node].next[branch] = leaf;
    } else if (next < 0) {
      return false;
    } else if (next > 0) {
      node = static_cast<std::size_t>(next);
    } else {
      nodes_[node].next[branch] = static_cast<std::int32_t>(nodes_.size());
      node = nodes_.size();
      nodes_.emplace_back();
    }
  }
  codes_.push_back(code);
  return true;
}

std::size_t ScpHuffman::decode(ByteReader data, std::span<std::int32_t> out) const {
  const std::size_t begin = data.at();
  Bits bits(data.take(data.left()));
  std::size_t root = roots_[0], decoded = 0;
  while (decoded < out.size()) {
    std::size_t node = root;
    std::int32_t next = kNothing;
    do {
      if (bits.left() == 0) return decoded;
      next = nodes_[node].next[bits.next()];
      if (next == kNothing) {
        data.seek(begin + (bits.at() - 1) / 8);
        throw Error(data.where(), "bits that are no Huffman code",
                    "the file is damaged; get a whole copy of it");
      }
      node = static_cast<std::size_t>(next);
    } while (next > 0);
    const ScpCode& code = codes_[static_cast<std::size_t>(-(next + 1))];
    if (bits.left() < code.value_bits) return decoded;
    if (code.switches) {
      root = roots_[static_cast<std::size_t>(code.base_value - 1)];
    } else {
      out[decoded++] = code.value_bits > 0 ? bits.signed_value(code.value_bits) : code.base_value;
    }
  }
  return decoded;
}

}  // namespace liteheart
