// What files say of a patient, made alike.
#pragma once

#include <string>
#include <string_view>

#include "ecg/recording.h"

namespace liteheart {

/// Whether a field is empty or one of the words that stand for nothing ("?", "unknown", "nan",
/// "none", "n/a").
bool says_nothing(std::string_view text);
/// Sets age_years from a number of years; what is no age of 0 to 130 is left out with a warning.
void set_age(std::string_view text, Recording& recording);
/// Sets sex from "male", "M" or "1", "female", "F", "W" or "2"; anything else leaves it as it is.
void set_sex(std::string_view text, Recording& recording);

/// YYYY-MM-DD, or empty where that is no day.
std::string iso_date(int year, int month, int day);
/// HH:MM:SS with a fraction in ms where there is one; or empty where that is no time of day.
std::string iso_time(int hour, int minute, double second);

}  // namespace liteheart
