// Tells whether a file is the one it was.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace liteheart {

inline constexpr std::uint64_t kHashStart = 0xcbf29ce484222325u;

/// FNV-1a, 64 bits, of the bytes, continuing `hash`.
std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t hash = kHashStart);
/// The same of a file's content; a file that cannot be read counts as empty.
std::uint64_t file_hash(const std::filesystem::path& file, std::uint64_t hash = kHashStart);

}  // namespace liteheart
