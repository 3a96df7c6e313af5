#include "eval/class_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace liteheart {
namespace {
constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
}

std::optional<double> defined(double value) {
  return std::isnan(value) ? std::nullopt : std::optional(value);
}

ClassStatistics::ClassStatistics(const Predictions& p, const std::vector<std::uint8_t>& decided)
    : label_(columns(p.label, p.classes)), decided_(columns(decided, p.classes)) {
  const auto logit = columns(p.logit, p.classes);
  ranked_.reserve(p.classes);
  for (std::size_t c = 0; c < p.classes; ++c) ranked_.emplace_back(logit.of(c), label_.of(c));
}

std::array<double, ClassStatistics::kMetrics> ClassStatistics::of_class(
    std::size_t c, std::span<const std::uint32_t> weight) const {
  std::array<double, kMetrics> numbers;
  numbers.fill(kUndefined);
  if (const auto areas = ranked_[c].areas(weight)) {
    const Confusion counts = confusion(label_.of(c), decided_.of(c), weight);
    numbers[kAuc] = areas->roc_auc;
    numbers[kAveragePrecision] = areas->average_precision;
    numbers[kF1] = f_beta(counts, 1).value_or(kUndefined);
    numbers[kF2] = f_beta(counts, 2).value_or(kUndefined);
    numbers[kG2] = g_beta(counts, 2).value_or(kUndefined);
    numbers[kSensitivity] = sensitivity(counts).value_or(kUndefined);
    numbers[kSpecificity] = specificity(counts).value_or(kUndefined);
  }
  return numbers;
}

void ClassStatistics::compute(std::span<const std::uint32_t> weight, std::span<double> out) const {
  std::array<double, kMetrics> sum{};
  std::size_t defined = 0;
  for (std::size_t c = 0; c < classes(); ++c) {
    const auto numbers = of_class(c, weight);
    std::copy(numbers.begin(), numbers.end(),
              out.begin() + static_cast<std::ptrdiff_t>(c * kMetrics));
    if (std::isnan(numbers[kAuc])) continue;
    ++defined;
    for (std::size_t m = 0; m < kMetrics; ++m) sum[m] += numbers[m];
  }
  for (std::size_t m = 0; m < kMetrics; ++m) {
    out[classes() * kMetrics + m] = defined ? sum[m] / static_cast<double>(defined) : kUndefined;
  }
}

std::array<double, ClassStatistics::kCompared> ClassStatistics::macro(
    std::span<const std::uint32_t> weight) const {
  std::vector<double> all(size());
  compute(weight, all);
  std::array<double, kCompared> numbers;
  std::copy_n(all.end() - kMetrics, std::size_t{kCompared}, numbers.begin());
  return numbers;
}

}  // namespace liteheart
