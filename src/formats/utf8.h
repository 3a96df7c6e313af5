// Text of unknown encoding made safe to show and store.
#pragma once

#include <string>
#include <string_view>

namespace liteheart {

/// Whether it is valid UTF-8.
bool is_utf8(std::string_view text);

/// `text` as UTF-8: as it is where it is valid UTF-8, else each byte above 127 is taken for ISO
/// 8859-1. Control characters become blanks.
std::string to_utf8(std::string_view text);

}  // namespace liteheart
