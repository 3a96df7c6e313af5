// Lists on the command line and in settings: "AF,RBBB".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace liteheart {

/// The items between the commas, in their order; empty ones are left out.
std::vector<std::string> comma_list(std::string_view text);

}  // namespace liteheart
