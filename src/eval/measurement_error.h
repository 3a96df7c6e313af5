// What a reader would measure on restored leads, against the same on the true ones.
#pragma once

#include <array>
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ecg/leads.h"
#include "eval/delineation.h"

namespace liteheart {

/// Of one measurement, error = restored - true. Numbers are nullopt where `records` is 0;
/// percentiles are interpolated linearly.
struct MeasurementError {
  std::size_t records = 0;                      // measurable on the true and on the restored leads
  std::size_t true_records = 0;                 // measurable on the true leads
  std::optional<double> median, percentile_90;  // of |error|
  std::optional<double> bias;                   // mean error
  /// Median |error| of always answering the median of these records' true values.
  std::optional<double> constant_median;
};

/// ST level: of conditioned leads, see EcgMeasurements.
struct MeasurementErrors {
  std::size_t records = 0;  // compared
  MeasurementError qrs_axis_deg, qrs_ms, qt_ms;
  std::array<MeasurementError, kLeads> st_mv;
};

/// A row a measurement, with what the ST level is of; "not measured" where no record counts.
std::string to_table(const MeasurementErrors& errors);
/// records and an object a measurement: qrs_axis_deg, qrs_ms, qt_ms, st_mv (an object a lead) with
/// the fields of MeasurementError, null where undefined.
nlohmann::json to_json(const MeasurementErrors& errors);

/// Collects records one by one.
class MeasurementComparison {
 public:
  /// in_mv: the leads are in mV; axis and ST level are not measured where they are not.
  MeasurementComparison(double rate_hz, bool in_mv) : rate_hz_(rate_hz), in_mv_(in_mv) {}
  /// restored, truth: [12, samples], the same conditioning for both; the first `valid` samples
  /// count. Each is delineated by itself. A record on which nothing is measurable only counts.
  void add(std::span<const float> restored, std::span<const float> truth, std::size_t samples,
           std::size_t valid);
  MeasurementErrors errors() const;

 private:
  EcgMeasurements measured(std::span<const float> leads, std::size_t samples,
                           std::size_t valid) const;

  double rate_hz_;
  bool in_mv_;
  std::vector<std::pair<EcgMeasurements, EcgMeasurements>> records_;  // restored, true
};

}  // namespace liteheart
