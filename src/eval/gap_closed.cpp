#include <algorithm>
#include <array>
#include <cmath>

#include "ecg/error.h"
#include "eval/class_statistics.h"
#include "eval/decision.h"
#include "eval/report.h"

namespace liteheart {
namespace {

constexpr std::size_t kCompared = ClassStatistics::kCompared;
enum Role : std::size_t { kLcci, kBaseline, kHcci, kRoles };

ClassStatistics statistics_of(const System& s) {
  check_predictions(s.predictions);
  return {s.predictions, decide(probabilities(s.predictions, s.decision), s.decision)};
}

void check_same_recordings(const Predictions& a, const Predictions& b) {
  if (a.records == 0 || a.patient.size() != a.records || a.classes != b.classes ||
      a.label != b.label || a.patient != b.patient) {
    throw Error("", "the systems to compare were not evaluated on the same recordings",
                "evaluate LCCI, baseline and HCCI on one split of one data set");
  }
}

double closed(double lcci, double baseline, double hcci) {
  return hcci > baseline ? (lcci - baseline) / (hcci - baseline) : std::nan("");
}

}  // namespace

GapClosed gap_closed(const System& lcci, const System& baseline, const System& hcci,
                     const BootstrapOptions& bootstrap) {
  check_same_recordings(lcci.predictions, baseline.predictions);
  check_same_recordings(lcci.predictions, hcci.predictions);
  const std::array<ClassStatistics, kRoles> systems = {statistics_of(lcci), statistics_of(baseline),
                                                       statistics_of(hcci)};

  const auto macros = [&](std::span<const std::uint32_t> weight) {
    std::array<std::array<double, kCompared>, kRoles> macro;
    for (std::size_t role = 0; role < kRoles; ++role) macro[role] = systems[role].macro(weight);
    return macro;
  };
  const Statistic ratios = [&](std::span<const std::uint32_t> weight, std::span<double> out) {
    const auto macro = macros(weight);
    for (std::size_t m = 0; m < kCompared; ++m) {
      out[m] = closed(macro[kLcci][m], macro[kBaseline][m], macro[kHcci][m]);
    }
  };

  const auto estimate = macros(std::vector<std::uint32_t>(lcci.predictions.records, 1));
  const std::vector<double> replicates =
      bootstrap_patients(lcci.predictions.patient, kCompared, ratios, bootstrap);
  const std::size_t per_metric = replicates.size() / kCompared;
  GapClosed gap;
  const std::array<GapRatio*, kCompared> places = {&gap.macro_auc, &gap.mean_average_precision,
                                                   &gap.macro_f1, &gap.macro_f2};
  for (std::size_t m = 0; m < kCompared; ++m) {
    GapRatio& ratio = *places[m];
    const auto of = [&](Role role) { return defined(estimate[role][m]); };
    ratio.lcci = of(kLcci);
    ratio.baseline = of(kBaseline);
    ratio.hcci = of(kHcci);
    ratio.closed = defined(closed(estimate[kLcci][m], estimate[kBaseline][m], estimate[kHcci][m]));
    if (!ratio.closed) continue;
    const auto of_metric = std::span(replicates).subspan(m * per_metric, per_metric);
    const auto without_gap =
        std::count_if(of_metric.begin(), of_metric.end(), [](double v) { return std::isnan(v); });
    if (static_cast<double>(without_gap) <=
        (1 - bootstrap.confidence) / 2 * static_cast<double>(per_metric)) {
      ratio.interval = percentile_interval(of_metric, bootstrap.confidence);
    }
  }
  return gap;
}

}  // namespace liteheart
