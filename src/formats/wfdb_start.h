// When a WFDB record began, as its header writes it.
#pragma once

#include <string>
#include <string_view>

namespace liteheart {

/// A date in ISO 8601; empty if it is none. DD/MM/YYYY as WFDB has it (MM/DD/YYYY where only that
/// is a day), YYYY-MM-DD, or with the English name of the month between ("05-Feb-2020").
std::string wfdb_date(std::string_view text);

/// Base time and date, in either order, each of which may be absent: ISO 8601 as far as they go
/// ("2704-05-04T10:44:18.529", "10:44:18.529" or "2704-05-04"); empty without either.
std::string wfdb_start(std::string_view fields);

}  // namespace liteheart
