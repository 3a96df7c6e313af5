// Base64 (RFC 4648), as XML files carry bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace liteheart {

/// The bytes that `text` stands for. Blanks and line ends between the signs are skipped, '=' at the
/// end may be missing. Throws Error (with `place`) where a sign is none of base64's or the last one
/// is cut in half.
std::vector<std::uint8_t> decode_base64(std::string_view text, const std::string& place);

}  // namespace liteheart
