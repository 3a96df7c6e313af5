// The numbers of a report by name, in the order in which tables, files and pages list them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eval/measurement_error.h"
#include "eval/report.h"
#include "eval/restoration.h"

namespace liteheart {

struct NamedEstimate {
  const char* key;    // in JSON and CSV
  const char* title;  // for a person
  Estimate estimate;
};
/// The numbers of all classes together.
std::vector<NamedEstimate> overall(const Report& r);
/// The numbers of one class.
std::vector<NamedEstimate> numbers(const ClassReport& c);
std::vector<std::pair<const char*, const GapRatio*>> ratios(const GapClosed& g);

struct NamedError {
  std::string name;  // with its unit
  int decimals;      // that tell something
  const MeasurementError* error;
};
std::vector<NamedError> named(const MeasurementErrors& e);

/// "0.913", "0.913 [0.888, 0.934]", or "-" where it is undefined.
std::string cell(const std::optional<double>& v);
std::string cell(const Estimate& e);

/// The abbreviation, or the code where it has none.
const std::string& short_name(const Diagnosis& d);

/// A row a number: system,code,abbreviation,metric,value,low,high. Code and abbreviation are empty
/// where a number is not of one class; value, low and high where undefined.
class EvaluationCsv {
 public:
  /// What is added from here on is of this system.
  void system(const std::string& name) { system_ = name; }
  void add(const Report& report);
  /// The numbers of all classes together, of the recordings that the quality gate accepted:
  /// accepted_macro_auc and so on.
  void add_accepted(const Report& report);
  /// restored_II_pearson, restored_II_mse and so on.
  void add(const LeadsRestored& leads);
  /// restored_qt_ms_error_median, restored_st_mv_V6_error_bias and so on.
  void add(const MeasurementErrors& errors);
  /// gap_closed_macro_auc and so on.
  void add(const GapClosed& gap);
  const std::string& text() const { return text_; }

 private:
  void row(const std::string& metric, const Estimate& e, const Diagnosis& d = {});

  std::string system_;
  std::string text_ = "system,code,abbreviation,metric,value,low,high\n";
};

/// Of the share of accepted recordings, their number.
std::size_t accepted_records(const Report& r);

}  // namespace liteheart
