// Files that appear whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace liteheart {

/// Writes under a temporary name that only this process uses, then renames. Not synced to the disk:
/// thousands of recordings may be written. Throws Error if the disk refuses.
void write_whole(const std::filesystem::path& file, std::string_view bytes);
/// Makes the folder and those above it where they are not there. Throws Error.
void make_folder(const std::filesystem::path& folder);

}  // namespace liteheart
