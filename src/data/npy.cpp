#include "data/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>

#include "ecg/error.h"

namespace liteheart {
namespace {

constexpr std::string_view kMagic{"\x93NUMPY", 6};
constexpr std::size_t kLongestDictionary = 1 << 16;

// The text after `'key':` in NumPy's header dictionary.
std::optional<std::string_view> value_of(std::string_view dictionary, std::string_view key) {
  const std::string quoted = fmt::format("'{}':", key);
  const std::size_t at = dictionary.find(quoted);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view value = dictionary.substr(at + quoted.size());
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return value;
}

std::optional<std::vector<std::size_t>> parse_shape(std::string_view text) {
  if (text.empty() || text.front() != '(') return std::nullopt;
  text.remove_prefix(1);
  std::vector<std::size_t> shape;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(", "), text.size()));
    if (text.empty()) return std::nullopt;
    if (text.front() == ')') return shape;
    std::size_t extent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), extent);
    if (error != std::errc{}) return std::nullopt;
    shape.push_back(extent);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
}

std::size_t little_endian(std::string_view bytes) {
  std::size_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace

std::string npy_header(std::string_view descr, const std::vector<std::size_t>& shape) {
  std::string dictionary =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': (", descr);
  for (const std::size_t extent : shape) dictionary += fmt::format("{}, ", extent);
  dictionary += "), }";
  std::string header(kMagic);
  header += {'\x01', '\x00'};
  const std::size_t length = kNpyHeaderBytes - header.size() - 2;
  header += {static_cast<char>(length & 0xff), static_cast<char>(length >> 8)};
  header += dictionary;
  if (header.size() >= kNpyHeaderBytes)
    throw Error("",
                fmt::format("an array of {} dimensions needs a longer .npy header", shape.size()));
  header.resize(kNpyHeaderBytes - 1, ' ');
  return header + '\n';
}

NpyHeader read_npy_header(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(path.string(), "cannot be opened", "check that it is there and readable");
  const auto take = [&](std::size_t count) {
    std::string bytes(count, '\0');
    if (!file.read(bytes.data(), static_cast<std::streamsize>(count)))
      throw Error(path.string(), "ends inside its .npy header", "make the file again");
    return bytes;
  };
  const std::string start = take(8);
  const int version = static_cast<unsigned char>(start[6]);
  if (std::string_view(start).substr(0, 6) != kMagic || version < 1 || version > 3)
    throw Error(path.string(), "is not a .npy file", "make the file again");
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  const std::size_t length = little_endian(take(length_bytes));
  if (length > kLongestDictionary)
    throw Error(path.string(), fmt::format("has a .npy header of {} bytes", length),
                "make the file again");
  const std::string dictionary = take(length);

  const auto descr = value_of(dictionary, "descr");
  const auto order = value_of(dictionary, "fortran_order");
  const auto shape_text = value_of(dictionary, "shape");
  const auto shape = shape_text ? parse_shape(*shape_text) : std::nullopt;
  const std::size_t quote = descr ? descr->find('\'', 1) : std::string_view::npos;
  if (quote == std::string_view::npos || !order || !shape)
    throw Error(path.string(), "has an unreadable .npy header", "make the file again");
  if (!order->starts_with("False"))
    throw Error(path.string(), "is in Fortran order", "save it with numpy.ascontiguousarray");
  return {std::string(descr->substr(1, quote - 1)), *shape, 8 + length_bytes + length};
}

}  // namespace liteheart
