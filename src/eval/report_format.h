// The numbers of a report by name, in the order in which tables, files and pages list them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eval/measurement_error.h"
#include "eval/report.h"

namespace liteheart {

struct NamedEstimate {
  const char* key;    // in JSON and CSV
  const char* title;  // for a person
  Estimate estimate;
};
/// The numbers of all classes together.
std::vector<NamedEstimate> overall(const Report& report);
/// The numbers of one class.
std::vector<NamedEstimate> numbers(const ClassReport& report);
std::vector<std::pair<const char*, const GapRatio*>> ratios(const GapClosed& gap);

struct NamedError {
  std::string name;  // with its unit
  int decimals;      // that tell something
  const MeasurementError* error;
};
std::vector<NamedError> named(const MeasurementErrors& errors);

/// "0.913", "0.913 [0.888, 0.934]", or "-" where it is undefined.
std::string cell(const std::optional<double>& value);
std::string cell(const Estimate& estimate);

/// The abbreviation, or the code where it has none.
const std::string& short_name(const Diagnosis& diagnosis);

/// Of the share of accepted recordings, their number.
std::size_t accepted_records(const Report& report);

}  // namespace liteheart
