#include "eval/report.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "ecg/error.h"
#include "eval/challenge_score.h"
#include "eval/class_statistics.h"
#include "eval/decision.h"

namespace liteheart {
namespace {

/// The macro number `metric` of the logits, without decisions.
double macro_of_areas(const Predictions& p, double RankedScores::Areas::*metric) {
  check_predictions(p);
  const auto logit = columns(p.logit, p.classes);
  const auto label = columns(p.label, p.classes);
  const std::vector<std::uint32_t> once(p.records, 1);
  double sum = 0;
  int evaluated = 0;
  for (std::size_t c = 0; c < p.classes; ++c) {
    if (const auto areas = RankedScores(logit.of(c), label.of(c)).areas(once)) {
      sum += (*areas).*metric;
      ++evaluated;
    }
  }
  return evaluated ? sum / evaluated : 0;
}

void check_report_input(const Predictions& p) {
  check_predictions(p);
  if (p.records == 0 || p.classes == 0) {
    throw Error("", "there is nothing to evaluate", "choose a split with recordings and classes");
  }
  if (p.patient.size() != p.records) {
    throw Error("", "recordings have no patient numbers",
                "number each recording by itself where patients are not known");
  }
}

/// Fills the numbers that need no interval.
ClassReport class_report(const Diagnosis& diagnosis, std::span<const std::uint8_t> label,
                         std::span<const float> probability, double threshold) {
  ClassReport r;
  r.diagnosis = diagnosis;
  r.positives = static_cast<std::size_t>(
      std::count_if(label.begin(), label.end(), [](std::uint8_t l) { return l != 0; }));
  r.negatives = label.size() - r.positives;
  r.prevalence = static_cast<double>(r.positives) / static_cast<double>(label.size());
  r.threshold = threshold;
  if (!r.evaluated()) return r;
  r.expected_calibration_error = expected_calibration_error(probability, label);
  return r;
}

std::optional<double> mean_calibration_error(const std::vector<ClassReport>& classes) {
  double sum = 0;
  int evaluated = 0;
  for (const ClassReport& c : classes) {
    if (!c.evaluated()) continue;
    sum += c.expected_calibration_error.value();
    ++evaluated;
  }
  return evaluated ? std::optional(sum / evaluated) : std::nullopt;
}

/// Where the numbers of ClassStatistics belong in a report, in its order.
std::vector<Estimate*> estimates(Report& r) {
  std::vector<Estimate*> places;
  for (ClassReport& c : r.classes) {
    places.insert(places.end(), {&c.auc, &c.average_precision, &c.f1, &c.f2, &c.g2, &c.sensitivity,
                                 &c.specificity});
  }
  places.insert(places.end(), {&r.macro_auc, &r.mean_average_precision, &r.macro_f1, &r.macro_f2,
                               &r.macro_g2, &r.macro_sensitivity, &r.macro_specificity});
  return places;
}

/// A number of whole recordings, [record], and where their mean belongs.
struct OfRecordings {
  Estimate* place;
  std::vector<double> value;
};

/// Values, and intervals from all patient draws at once: the class statistics, the means over
/// recordings, then the Challenge's.
void fill_estimates(Report& r, const Predictions& test, const ClassStatistics& statistics,
                    const std::vector<OfRecordings>& of_recordings,
                    const ChallengeScore& challenge) {
  std::vector<Estimate*> places = estimates(r);
  for (const OfRecordings& number : of_recordings) places.push_back(number.place);
  places.push_back(&r.challenge_score);
  const Statistic all = [&](std::span<const std::uint32_t> weight, std::span<double> out) {
    statistics.compute(weight, out.first(statistics.size()));
    for (std::size_t i = 0; i < of_recordings.size(); ++i)
      out[statistics.size() + i] = weighted_mean(of_recordings[i].value, weight);
    out.back() = challenge.value(weight).value_or(std::nan(""));
  };

  std::vector<double> values(places.size());
  all(std::vector<std::uint32_t>(test.records, 1), values);
  const std::vector<double> replicates =
      bootstrap_patients(test.patient, places.size(), all, r.bootstrap);
  const std::size_t per_place = replicates.size() / places.size();
  for (std::size_t i = 0; i < places.size(); ++i) {
    places[i]->value = defined(values[i]);
    if (!places[i]->value) continue;
    places[i]->interval = percentile_interval(
        std::span(replicates).subspan(i * per_place, per_place), r.bootstrap.confidence);
  }
}

}  // namespace

double mean_average_precision(const Predictions& p) {
  return macro_of_areas(p, &RankedScores::Areas::average_precision);
}

double macro_auc(const Predictions& p) { return macro_of_areas(p, &RankedScores::Areas::roc_auc); }

std::size_t Report::evaluated_classes() const {
  return static_cast<std::size_t>(std::count_if(
      classes.begin(), classes.end(), [](const ClassReport& c) { return c.evaluated(); }));
}

Report make_report(const Predictions& test, const Decision& decision,
                   const std::vector<Diagnosis>& classes, const BootstrapOptions& bootstrap) {
  check_report_input(test);
  if (classes.size() != test.classes) {
    throw Error("", "the classes' names and the predictions differ in number",
                "use the class list of the data set that the model was trained on");
  }
  const std::vector<float> probability = probabilities(test, decision);
  const std::vector<std::uint8_t> decided = decide(probability, decision);

  Report r;
  r.records = test.records;
  r.patients = std::set<int>(test.patient.begin(), test.patient.end()).size();
  r.bootstrap = bootstrap;
  const auto label_of = columns(test.label, test.classes);
  const auto probability_of = columns(probability, test.classes);
  for (std::size_t c = 0; c < test.classes; ++c) {
    r.classes.push_back(
        class_report(classes[c], label_of.of(c), probability_of.of(c), decision.threshold[c]));
  }
  r.macro_expected_calibration_error = mean_calibration_error(r.classes);

  const Multilabel truth{test.classes, test.label};
  const std::vector<double> score = calibrated_logits(test, decision);
  const ChallengeScore challenge(classes, test.label, decided);
  r.challenge_classes = challenge.scored_classes();
  fill_estimates(r, test, ClassStatistics(test, decided),
                 {{&r.ranking_loss, ranking_loss(truth, score)},
                  {&r.coverage_error, coverage_error(truth, score)},
                  {&r.hamming_loss, hamming_loss(truth, decided)},
                  {&r.exact_match, exact_match(truth, decided)}},
                 challenge);
  return r;
}

}  // namespace liteheart
