// Intervals by resampling patients: recordings of one patient resemble each other, so the patient
// is the unit that is drawn (percentile bootstrap, Efron & Tibshirani 1993, chapter 13).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace liteheart {

struct BootstrapOptions {
  int replicates = 1000;  // 0: no intervals
  double confidence = 0.95;
  std::uint64_t seed = 1;  // same seed, same intervals, whatever the number of threads
  int threads = 2;
};

struct Interval {
  double low = 0, high = 0;
};

/// Computes `statistics` numbers, NaN where one is undefined, from how often each record counts.
/// Called from several threads at once; what it throws, bootstrap_patients throws.
using Statistic = std::function<void(std::span<const std::uint32_t> weight, std::span<double> out)>;

/// Replicate values, [statistic, replicate]. Each replicate draws as many patients as there are,
/// with replacement; all recordings of a patient come and go together. Draw k of replicate r is
/// patient (top 32 bits of SplitMix64) * patients / 2^32, the generator's state starting at seed +
/// r * 0xD1342543DE82EF95. `patient`: [record], numbers >= 0; only which ones are equal matters for
/// the statistics' spread, draws go through the distinct numbers in ascending order.
std::vector<double> bootstrap_patients(std::span<const int> patient, std::size_t statistics,
                                       const Statistic& statistic, const BootstrapOptions& options);

/// Central interval of the values that are not NaN, quantiles interpolated linearly between order
/// statistics (NumPy's default). nullopt if there are none.
std::optional<Interval> percentile_interval(std::span<const double> values, double confidence);

}  // namespace liteheart
