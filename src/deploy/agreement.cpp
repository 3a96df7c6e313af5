#include "deploy/agreement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "eval/metrics.h"

namespace liteheart {
namespace {

constexpr double kLoss = 0.02;

struct Outcome {
  std::vector<float> logits;
  std::vector<std::uint8_t> present;
  std::vector<std::optional<double>> auc;  // of each class
};

std::vector<std::uint8_t> decide(const Predictions& p, const ModelCard& card) {
  std::vector<std::uint8_t> present(p.logit.size(), 0);
  const Decision decision = card.decision_or_plain();
  const auto probability = probabilities(p, decision);
  for (std::size_t i = 0; i < present.size(); ++i) {
    const std::size_t c = i % p.classes;
    present[i] = card.judges(c) && probability[i] >= decision.threshold[c];
  }
  return present;
}

std::vector<std::optional<double>> class_auc(const Predictions& p) {
  const std::vector<std::uint32_t> weight(p.records, 1);
  std::vector<std::optional<double>> auc;
  for (std::size_t c = 0; c < p.classes; ++c) {
    std::vector<float> score;
    std::vector<std::uint8_t> label;
    for (std::size_t r = 0; r < p.records; ++r) {
      score.push_back(p.logit[r * p.classes + c]);
      label.push_back(p.label[r * p.classes + c]);
    }
    const auto areas = RankedScores(score, label).areas(weight);
    auc.push_back(areas ? std::optional(areas->roc_auc) : std::nullopt);
  }
  return auc;
}

void compare(Agreement& a, const Outcome& first, const Outcome& own, const ModelCard& card) {
  std::vector<double> difference;
  for (std::size_t i = 0; i < own.logits.size(); ++i)
    difference.push_back(std::fabs(double{own.logits[i]} - first.logits[i]));
  const auto at = difference.begin() + static_cast<std::ptrdiff_t>(difference.size() * 99 / 100);
  std::nth_element(difference.begin(), at, difference.end());
  a.percentile99 = *at;
  a.largest = *std::max_element(at, difference.end());
  a.decisions = own.present.size();
  for (std::size_t i = 0; i < own.present.size(); ++i)
    a.changed += own.present[i] != first.present[i];
  for (std::size_t c = 0; c < own.auc.size(); ++c) {
    if (own.auc[c] && *own.auc[c] < *first.auc[c] - kLoss)
      a.losing.push_back(fmt::format("{} {:.3f} -> {:.3f}", card.classes[c].abbreviation,
                                     *first.auc[c], *own.auc[c]));
  }
}

/// Logits of all windows, a few at a time.
std::vector<float> run(const Way& way, std::span<const float> windows,
                       const AgreementProgress& progress) {
  constexpr std::size_t kAtOnce = 64;
  const std::size_t floats = way.engine->window_floats(), count = windows.size() / floats;
  std::vector<float> logits;
  for (std::size_t done = 0; done < count;) {
    const std::size_t next = std::min(kAtOnce, count - done);
    const auto part = way.engine->run(windows.subspan(done * floats, next * floats), false).logits;
    logits.insert(logits.end(), part.begin(), part.end());
    progress(way.name, done += next);
  }
  return logits;
}

}  // namespace

std::vector<Agreement> agreement(const std::vector<Way>& ways, std::span<const float> windows,
                                 Predictions truth, const AgreementProgress& progress) {
  std::vector<Agreement> rows;
  Outcome first;
  for (const Way& way : ways) {
    Agreement& a = rows.emplace_back();
    a.name = way.name;
    const auto start = std::chrono::steady_clock::now();
    truth.logit = run(way, windows, progress);
    a.microseconds =
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
            .count() /
        static_cast<double>(truth.records);
    a.auc = macro_auc(truth);
    a.mean_average_precision = mean_average_precision(truth);
    const ModelCard& card = way.engine->card();
    Outcome own = {truth.logit, decide(truth, card), class_auc(truth)};
    if (rows.size() == 1) first = own;
    compare(a, first, own, card);
  }
  return rows;
}

std::string to_table(const std::vector<Agreement>& rows) {
  std::string text = fmt::format("{:<24}{:>10}{:>12}{:>12}{:>20}{:>9}{:>9}\n", "", "us/window",
                                 "largest", "99th pct", "decisions changed", "AUC", "MAP");
  // Both are 0 where no class has positives and negatives.
  const auto score = [](double x) { return x > 0 ? fmt::format("{:.4f}", x) : std::string("-"); };
  for (const Agreement& a : rows) {
    text +=
        fmt::format("{:<24}{:>10.0f}{:>12.2g}{:>12.2g}{:>20}{:>9}{:>9}\n", a.name, a.microseconds,
                    a.largest, a.percentile99, fmt::format("{} of {}", a.changed, a.decisions),
                    score(a.auc), score(a.mean_average_precision));
  }
  for (const Agreement& a : rows) {
    if (!a.losing.empty())
      text += fmt::format("{} loses more than {} AUC in: {}\n", a.name, kLoss,
                          fmt::join(a.losing, ", "));
  }
  return text;
}

}  // namespace liteheart
