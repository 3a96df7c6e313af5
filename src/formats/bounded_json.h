// JSON from files that nobody vouches for.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace liteheart {

/// Parses `text`, a byte order mark before it allowed. Throws Error ("PLACE byte N: ...") where it
/// is no JSON, nested more than 64 deep, or has so many values that they would take more than about
/// ten times its size of memory.
nlohmann::json parse_bounded_json(std::string_view text, const std::string& place);

}  // namespace liteheart
