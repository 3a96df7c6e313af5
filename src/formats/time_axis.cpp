#include "formats/time_axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>

namespace liteheart {
namespace {

constexpr double kLowestRate = 10, kHighestRate = 100000;

/// The stamps that are numbers, and their places among all.
struct Stamps {
  std::vector<double> seconds;
  std::vector<std::uint32_t> at;
};

/// Takes the stamps that are none out of `seconds`.
Stamps present(std::vector<double> seconds) {
  Stamps stamps;
  stamps.at.reserve(seconds.size());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    if (!std::isfinite(seconds[i])) continue;
    seconds[kept++] = seconds[i];
    stamps.at.push_back(static_cast<std::uint32_t>(i));
  }
  seconds.resize(kept);
  stamps.seconds = std::move(seconds);
  return stamps;
}

/// Of `values`, whose order is lost.
double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The finest power of ten of which the first stamps are multiples, as seconds.
double resolution_of(std::span<const double> seconds) {
  constexpr std::size_t kLooked = 200;
  const std::size_t count = std::min(kLooked, seconds.size());
  for (double step = 1; step > 1e-10; step /= 10) {
    const bool multiples = std::all_of(seconds.begin(), seconds.begin() + count, [&](double t) {
      const double units = t / step;
      return std::abs(units - std::round(units)) < 1e-3;
    });
    if (multiples) return step;
  }
  return 0;
}

/// The whole number, or 9 figures, where that is as near as the stamps can tell.
double tidy(double rate, double relative_error) {
  const double whole = std::round(rate);
  if (std::abs(rate - whole) <= rate * std::max(relative_error, 1e-9)) return whole;
  return std::strtod(fmt::format("{:.9g}", rate).c_str(), nullptr);
}

bool near(double step, double expected) { return step > 0.5 * expected && step < 1.5 * expected; }

/// One over the mean distance of samples, from the first stamps of the bunches.
double rate_of_bunches(const Stamps& stamps) {
  std::size_t last = stamps.seconds.size() - 1;
  while (last > 0 && !(stamps.seconds[last] > stamps.seconds[last - 1])) --last;
  const double span = stamps.seconds[last] - stamps.seconds[0];
  return span > 0 ? static_cast<double>(stamps.at[last] - stamps.at[0]) / span : 0;
}

void find_gaps(const Stamps& stamps, double period, TimeAxis& axis) {
  constexpr double kFollow = 0.05;  // how fast the expected time follows the stamps
  std::size_t added = 0;
  double expected = stamps.seconds[0];
  for (std::size_t i = 1; i < stamps.seconds.size(); ++i) {
    const std::size_t places = stamps.at[i] - stamps.at[i - 1];
    expected += period * static_cast<double>(places);
    const double late = stamps.seconds[i] - expected;
    if (late > 1e9 * period) {
      axis.problem = fmt::format("a gap of {:.3g} s", late);
      return;
    }
    if (late > 0.75 * period &&
        stamps.seconds[i] - stamps.seconds[i - 1] > (static_cast<double>(places) + 0.5) * period) {
      const auto missing =
          std::max<std::size_t>(1, static_cast<std::size_t>(std::llround(late / period)));
      axis.gaps.push_back({stamps.at[i], missing});
      added += missing;
      expected += static_cast<double>(missing) * period;
    }
    expected += kFollow * (stamps.seconds[i] - expected);
  }
  axis.samples += added;
}

}  // namespace

TimeAxis read_time_axis(std::vector<double> seconds) {
  TimeAxis axis;
  const std::size_t samples = axis.samples = seconds.size();
  const std::size_t enough = std::max<std::size_t>(3, samples / 2);
  Stamps stamps = present(std::move(seconds));
  if (stamps.seconds.size() < enough || samples > std::numeric_limits<std::uint32_t>::max()) {
    axis.problem = "too few time stamps";
    return axis;
  }
  const double resolution = resolution_of(stamps.seconds);
  const double origin = stamps.seconds[0];
  for (double& t : stamps.seconds) t -= origin;

  std::vector<double> steps(stamps.seconds.size() - 1);
  std::size_t backwards = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double step = stamps.seconds[i + 1] - stamps.seconds[i];
    backwards += step < 0;
    steps[i] = step / static_cast<double>(stamps.at[i + 1] - stamps.at[i]);
  }
  if (backwards * 100 > steps.size()) {
    axis.problem = fmt::format("the time runs backwards {} times", backwards);
    return axis;
  }
  if (backwards > 0)
    axis.warnings.push_back(fmt::format("the time runs backwards {} times", backwards));

  const double middle = median(steps);
  double sum = 0;
  std::size_t even = 0;
  for (const double step : steps) {
    if (!near(step, middle)) continue;
    sum += step;
    ++even;
  }
  constexpr double kMostlyEven = 0.9;
  axis.bursts = static_cast<double>(even) < kMostlyEven * static_cast<double>(steps.size());
  const double span = stamps.seconds.back();
  const double rate = axis.bursts ? rate_of_bunches(stamps) : static_cast<double>(even) / sum;
  if (!(rate >= kLowestRate && rate <= kHighestRate)) {
    axis.problem = fmt::format("its steps say {:.4g} Hz", rate);
    return axis;
  }
  axis.rate_hz = tidy(rate, span > 0 ? resolution / span : 0);
  if (axis.bursts) {
    axis.warnings.push_back(fmt::format(
        "the time stamps come in bunches; {:.6g} Hz is the mean rate, gaps cannot be told",
        axis.rate_hz));
    return axis;
  }
  find_gaps(stamps, 1 / axis.rate_hz, axis);
  if (!axis.problem.empty()) axis.rate_hz = 0;
  return axis;
}

std::vector<float> spread(std::span<const float> values, const TimeAxis& axis) {
  std::vector<float> even;
  even.reserve(axis.samples);
  std::size_t from = 0;
  for (const TimeAxis::Gap& gap : axis.gaps) {
    even.insert(even.end(), values.begin() + static_cast<std::ptrdiff_t>(from),
                values.begin() + static_cast<std::ptrdiff_t>(gap.before));
    even.insert(even.end(), gap.missing, std::numeric_limits<float>::quiet_NaN());
    from = gap.before;
  }
  even.insert(even.end(), values.begin() + static_cast<std::ptrdiff_t>(from), values.end());
  return even;
}

}  // namespace liteheart
