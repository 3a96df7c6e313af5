// What somebody who misspelt a name most likely meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace liteheart {

/// The one of `known` that the fewest letters tell from `name`; "" where none is known.
std::string nearest_name(std::string_view name, std::span<const std::string> known);

}  // namespace liteheart
