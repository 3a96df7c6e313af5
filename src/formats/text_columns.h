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

/// What comments and lines of the form "key: value" above a table tell.
struct PreambleFacts {
  double rate_hz = 0;  // "fs=250", "# Sampling frequency: 300 Hz", "sampling interval: 4 ms"
  std::string unit;    // "Unit,mV"
  std::string start;   // ISO 8601
  bool says_ecg = false;
};
PreambleFacts preamble_facts(const std::vector<std::string>& preamble);

/// "(250 Hz)" in a text, or 0.
double rate_in(std::string_view text);

}  // namespace liteheart
