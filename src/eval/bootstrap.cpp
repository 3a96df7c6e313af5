#include "eval/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <future>
#include <iterator>

namespace liteheart {
namespace {

/// SplitMix64 (Steele, Lea & Flood 2014): any seed serves, so every replicate has its own.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t state) : state_(state) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

/// Patients renumbered 0, 1, ... in ascending order of their numbers.
struct Patients {
  std::vector<std::uint32_t> of_record;
  std::size_t count = 0;

  explicit Patients(std::span<const int> patient) {
    std::vector<int> distinct(patient.begin(), patient.end());
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    count = distinct.size();
    of_record.reserve(patient.size());
    for (int p : patient) {
      const auto at = std::lower_bound(distinct.begin(), distinct.end(), p);
      of_record.push_back(static_cast<std::uint32_t>(at - distinct.begin()));
    }
  }
};

void draw(const Patients& patients, std::uint64_t state, std::vector<std::uint32_t>& drawn,
          std::vector<std::uint32_t>& weight) {
  SplitMix64 random(state);
  std::fill(drawn.begin(), drawn.end(), 0u);
  for (std::size_t k = 0; k < patients.count; ++k) {
    ++drawn[(random.next() >> 32) * patients.count >> 32];
  }
  for (std::size_t r = 0; r < weight.size(); ++r) weight[r] = drawn[patients.of_record[r]];
}

}  // namespace

std::vector<double> bootstrap_patients(std::span<const int> patient, std::size_t statistics,
                                       const Statistic& statistic,
                                       const BootstrapOptions& options) {
  const Patients patients(patient);
  const auto replicates = static_cast<std::size_t>(std::max(options.replicates, 0));
  const auto threads = static_cast<std::size_t>(std::max(options.threads, 1));
  std::vector<double> values(statistics * replicates);

  const auto every_nth = [&](std::size_t first) {
    std::vector<std::uint32_t> drawn(patients.count), weight(patient.size());
    std::vector<double> out(statistics);
    for (std::size_t r = first; r < replicates; r += threads) {
      draw(patients, options.seed + r * 0xD1342543DE82EF95u, drawn, weight);
      statistic(weight, out);
      for (std::size_t s = 0; s < statistics; ++s) values[s * replicates + r] = out[s];
    }
  };
  std::vector<std::future<void>> helpers;
  for (std::size_t t = 1; t < threads; ++t) {
    helpers.push_back(std::async(std::launch::async, every_nth, t));
  }
  every_nth(0);
  for (auto& helper : helpers) helper.get();
  return values;
}

std::optional<Interval> percentile_interval(std::span<const double> values, double confidence) {
  std::vector<double> sorted;
  std::copy_if(values.begin(), values.end(), std::back_inserter(sorted),
               [](double v) { return !std::isnan(v); });
  if (sorted.empty()) return std::nullopt;
  std::sort(sorted.begin(), sorted.end());
  const auto quantile = [&](double q) {
    const double position = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] +
           (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
  };
  return Interval{quantile((1 - confidence) / 2), quantile((1 + confidence) / 2)};
}

}  // namespace liteheart
