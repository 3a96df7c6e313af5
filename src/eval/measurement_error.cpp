#include "eval/measurement_error.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace liteheart {
namespace {

double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

/// The difference of two angles, in [-180, 180].
double turn_deg(double difference) { return std::remainder(difference, 360); }

double plain(double difference) { return difference; }

double mean_direction_deg(const std::vector<double>& angles) {
  std::complex<double> sum = 0;
  for (const double a : angles) sum += std::polar(1.0, a * std::numbers::pi / 180);
  return std::arg(sum) * 180 / std::numbers::pi;
}

/// The median; of angles, which have no order, as they lie about their mean direction.
double centre(std::vector<double> values, bool circular) {
  if (!circular) return percentile(std::move(values), 0.5);
  const double mean = mean_direction_deg(values);
  for (double& v : values) v = turn_deg(v - mean);
  return mean + percentile(std::move(values), 0.5);
}

/// value(record) is the pair of optional measurements, restored and true.
template <typename Records, typename Value>
MeasurementError summary(const Records& records, bool circular, Value&& value) {
  const auto difference = circular ? turn_deg : plain;
  MeasurementError out;
  std::vector<double> truths, errors;
  for (const auto& [restored_leads, true_leads] : records) {
    const std::optional<double> restored = value(restored_leads), truth = value(true_leads);
    out.true_records += truth.has_value();
    if (!restored || !truth) continue;
    truths.push_back(*truth);
    errors.push_back(difference(*restored - *truth));
  }
  out.records = errors.size();
  if (errors.empty()) return out;
  double sum = 0;
  for (double& e : errors) sum += e, e = std::abs(e);
  out.bias = sum / static_cast<double>(errors.size());
  out.median = percentile(errors, 0.5);
  out.percentile_90 = percentile(errors, 0.9);
  const double constant = centre(truths, circular);
  for (double& t : truths) t = std::abs(difference(constant - t));
  out.constant_median = percentile(truths, 0.5);
  return out;
}

}  // namespace

EcgMeasurements MeasurementComparison::measured(std::span<const float> leads, std::size_t samples,
                                                std::size_t valid) const {
  EcgMeasurements m = measure_ecg(leads, samples, valid, rate_hz_);
  if (!in_mv_) m.qrs_axis_deg.reset(), m.st.fill(std::nullopt);
  return m;
}

void MeasurementComparison::add(std::span<const float> restored, std::span<const float> truth,
                                std::size_t samples, std::size_t valid) {
  records_.emplace_back(measured(restored, samples, valid), measured(truth, samples, valid));
}

MeasurementErrors MeasurementComparison::errors() const {
  MeasurementErrors out;
  out.records = records_.size();
  out.qrs_axis_deg = summary(records_, true, [](const auto& m) { return m.qrs_axis_deg; });
  out.qrs_ms = summary(records_, false, [](const auto& m) { return m.qrs_ms; });
  out.qt_ms = summary(records_, false, [](const auto& m) { return m.qt_ms; });
  for (std::size_t lead = 0; lead < kLeads; ++lead)
    out.st_mv[lead] = summary(records_, false, [&](const auto& m) { return m.st[lead]; });
  return out;
}

}  // namespace liteheart
