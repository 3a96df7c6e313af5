// Text for docs/: tables, and the part of a page that a command keeps.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace liteheart {

/// The first row is the heading.
std::string markdown_table(const std::vector<std::vector<std::string>>& rows);

/// Replaces what `file` has between the lines <!-- experiment NAME --> and <!-- /experiment NAME
/// -->. Throws Error where they are not there.
void replace_marked(const std::filesystem::path& file, const std::string& name,
                    const std::string& text);

}  // namespace liteheart
