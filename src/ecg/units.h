// Units of electric potential.
#pragma once

#include <optional>
#include <string_view>

namespace liteheart {

/// Millivolts in one `unit` ("mV", "uV", "µV" in any encoding, "microvolts", "V", "nV",
/// case-folded, blanks around it ignored); nullopt if it is no voltage or empty.
std::optional<double> millivolts_in(std::string_view unit);

}  // namespace liteheart
