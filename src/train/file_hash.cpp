#include "train/file_hash.h"

#include <fstream>
#include <iterator>
#include <string>

namespace liteheart {

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t hash) {
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  return hash;
}

std::uint64_t file_hash(const std::filesystem::path& file, std::uint64_t hash) {
  std::ifstream in(file, std::ios::binary);
  return hash_bytes(std::string(std::istreambuf_iterator<char>(in), {}), hash);
}

}  // namespace liteheart
