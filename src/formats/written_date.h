// Dates as people's languages write them.
#pragma once

#include <string>
#include <string_view>

namespace liteheart {

/// A date written out in one of many languages, as YYYY-MM-DD: "1 Jan 1970", "Feb 5, 1952",
/// "1. Januar 1970", "1990/01/01", "31.12.1970", "1970年1月1日". Empty where day and month could be
/// confused, or it is not understood.
std::string surely_a_date(std::string_view text);

}  // namespace liteheart
