// Folds as a user lists them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace liteheart {

/// "1-7,9" is 1, 2, ..., 7, 9. Throws Error (`option`) where it is no such list.
std::vector<int> parse_folds(std::string_view option, const std::string& text);

}  // namespace liteheart
