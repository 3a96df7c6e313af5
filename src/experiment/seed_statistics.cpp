#include "experiment/seed_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ecg/error.h"
#include "eval/decision.h"

namespace liteheart {
namespace {

constexpr std::size_t kCompared = ClassStatistics::kCompared;
constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// Of one system: how each of its seeds is measured.
using Measures = std::vector<ClassStatistics>;

std::vector<Measures> measures_of(const std::vector<SeededSystem>& systems) {
  const Predictions* first = nullptr;
  std::vector<Measures> all;
  for (const SeededSystem& system : systems) {
    Measures& of_system = all.emplace_back();
    for (const StoredPredictions& s : system.seeds) {
      const Predictions& p = s.predictions;
      check_predictions(p);
      if (first == nullptr) first = &p;
      if (p.records == 0 || p.classes != first->classes || p.label != first->label ||
          p.patient != first->patient)
        throw Error("", "the cells to compare were not evaluated on the same recordings",
                    "evaluate them on one split of one data set");
      of_system.emplace_back(p, decide(probabilities(p, s.decision), s.decision));
    }
  }
  return all;
}

/// Mean over the seeds; NaN without seeds or where one is undefined.
MacroNumbers<double> mean_macro(const Measures& seeds, std::span<const std::uint32_t> weight) {
  MacroNumbers<double> mean{};
  for (const ClassStatistics& seed : seeds) {
    const auto macro = seed.macro(weight);
    for (std::size_t m = 0; m < kCompared; ++m)
      mean[m] += macro[m] / static_cast<double>(seeds.size());
  }
  if (seeds.empty()) mean.fill(kUndefined);
  return mean;
}

std::optional<double> deviation(const Measures& seeds, std::size_t metric,
                                std::span<const std::uint32_t> once, double mean) {
  if (seeds.size() < 2) return std::nullopt;
  double squares = 0;
  for (const ClassStatistics& seed : seeds) squares += std::pow(seed.macro(once)[metric] - mean, 2);
  return defined(std::sqrt(squares / static_cast<double>(seeds.size() - 1)));
}

std::vector<SeededNumbers::OfClass> class_means(const Measures& seeds,
                                                std::span<const std::uint32_t> once) {
  if (seeds.empty()) return {};
  std::vector<double> sum(seeds.front().size()), one(sum.size());
  for (const ClassStatistics& seed : seeds) {
    seed.compute(once, one);
    for (std::size_t i = 0; i < sum.size(); ++i)
      sum[i] += one[i] / static_cast<double>(seeds.size());
  }
  std::vector<SeededNumbers::OfClass> classes;
  for (std::size_t c = 0; c < seeds.front().classes(); ++c) {
    const auto of_class = std::span(sum).subspan(c * ClassStatistics::kMetrics);
    classes.push_back({defined(of_class[ClassStatistics::kAuc]),
                       defined(of_class[ClassStatistics::kAveragePrecision])});
  }
  return classes;
}

double closed(double value, double baseline, double teacher) {
  return teacher > baseline ? (value - baseline) / (teacher - baseline) : kUndefined;
}

/// Means and their replicates of one metric, by system.
class Replicates {
 public:
  Replicates(const std::vector<MacroNumbers<double>>& means, const std::vector<double>& replicates,
             std::size_t metric, double confidence)
      : means_(means), replicates_(replicates), metric_(metric), confidence_(confidence) {
    count_ = replicates.size() / (means.size() * kCompared);
  }

  /// Of a number that follows from the systems' means, which it takes from `value(system)`.
  /// `most_undefined`: share of the replicates that may be undefined for there to be an interval.
  template <class Number>
  Estimate estimate(const Number& number, double most_undefined) const {
    const Estimate none;
    const auto value = defined(number([&](std::size_t system) { return means_[system][metric_]; }));
    if (!value) return none;
    std::vector<double> drawn(count_);
    for (std::size_t r = 0; r < count_; ++r)
      drawn[r] = number([&](std::size_t system) {
        return replicates_[(system * kCompared + metric_) * count_ + r];
      });
    const auto undefined =
        std::count_if(drawn.begin(), drawn.end(), [](double v) { return std::isnan(v); });
    if (static_cast<double>(undefined) > most_undefined * static_cast<double>(count_))
      return {value, {}};
    return {value, percentile_interval(drawn, confidence_)};
  }

 private:
  const std::vector<MacroNumbers<double>>& means_;
  const std::vector<double>& replicates_;
  std::size_t metric_, count_ = 0;
  double confidence_;
};

}  // namespace

std::vector<SeededNumbers> seeded_numbers(const std::vector<SeededSystem>& systems,
                                          const BootstrapOptions& bootstrap) {
  std::vector<SeededNumbers> numbers(systems.size());
  const std::vector<Measures> measures = measures_of(systems);
  const auto measured = std::find_if(systems.begin(), systems.end(),
                                     [](const SeededSystem& s) { return !s.seeds.empty(); });
  if (measured == systems.end()) return numbers;
  const Predictions& any = measured->seeds.front().predictions;

  const std::vector<std::uint32_t> once(any.records, 1);
  std::vector<MacroNumbers<double>> means;
  means.reserve(measures.size());
  for (const Measures& m : measures) means.push_back(mean_macro(m, once));
  const Statistic all = [&](std::span<const std::uint32_t> weight, std::span<double> out) {
    for (std::size_t s = 0; s < measures.size(); ++s) {
      const auto mean = mean_macro(measures[s], weight);
      std::copy(mean.begin(), mean.end(), out.begin() + static_cast<std::ptrdiff_t>(s * kCompared));
    }
  };
  const std::vector<double> replicates =
      bootstrap_patients(any.patient, systems.size() * kCompared, all, bootstrap);

  for (std::size_t s = 0; s < systems.size(); ++s) {
    const SeededSystem& system = systems[s];
    for (std::size_t m = 0; m < kCompared; ++m) {
      const Replicates of(means, replicates, m, bootstrap.confidence);
      numbers[s].mean[m] = of.estimate([&](const auto& value) { return value(s); }, 1);
      numbers[s].deviation[m] = deviation(measures[s], m, once, means[s][m]);
      if (system.baseline && system.teacher)
        numbers[s].gap_closed[m] = of.estimate(
            [&](const auto& value) {
              return closed(value(s), value(*system.baseline), value(*system.teacher));
            },
            (1 - bootstrap.confidence) / 2);
      if (system.rival_of)
        numbers[s].ahead[m] =
            of.estimate([&](const auto& value) { return value(*system.rival_of) - value(s); }, 1);
    }
    numbers[s].classes = class_means(measures[s], once);
  }
  return numbers;
}

}  // namespace liteheart
