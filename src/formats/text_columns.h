// What the words above a table of samples mean.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace liteheart {

enum class ColumnRole {
  kEcg,      // named as an ECG, a lead, or by a voltage
  kSamples,  // "value", "signal", "channel 1": samples of something
  kTime,     // "time", "timestamp [ms]", "Zeit (s)"
  kIndex,    // "index", "point", "#"
  kOther,    // anything else: heart rate, acceleration, labels
  kUnnamed,
};

struct ColumnMeaning {
  ColumnRole role = ColumnRole::kUnnamed;
  std::string name;                  // without the unit, a lead's as kLeadNames spells it
  std::optional<double> millivolts;  // of one unit, where one is named
  double seconds = 0;                // of one unit of time, where one is named
  bool says_ecg = false;             // "ecg", "ekg" or a name of the twelve leads
};

/// Understands the name of a column and the unit below it: "ecg [uV]", "ECG_mV", "I (uV)",
/// "Zeit (s)", "'MLII'" above "'mV'".
ColumnMeaning column_meaning(std::string_view name, std::string_view unit);

/// Whether a word says ECG: "ecg", "EKG", "ecg2", ...
bool says_ecg(std::string_view word);
/// Letters and digits in runs; "ecg_mV" gives two.
std::vector<std::string_view> words_of(std::string_view text);
/// Seconds in one unit of time ("s", "msec", "µs", ...); 0 where it is none.
double seconds_in(std::string_view unit);
/// Without blanks and quotes around it.
std::string_view without_quotes(std::string_view text);

}  // namespace liteheart
