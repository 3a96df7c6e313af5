#include "eval/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace liteheart {

RankedScores::RankedScores(std::span<const float> score, std::span<const std::uint8_t> label) {
  std::vector<std::uint32_t> order(score.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return score[a] != score[b] ? score[a] > score[b] : a < b;
  });
  ranked_.reserve(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool last = i + 1 == order.size() || score[order[i]] != score[order[i + 1]];
    ranked_.push_back({order[i], static_cast<std::uint8_t>(label[order[i]] != 0), last});
  }
}

std::optional<RankedScores::Areas> RankedScores::areas(
    std::span<const std::uint32_t> weight) const {
  double roc = 0, precision = 0;
  std::uint64_t positives = 0, negatives = 0;  // so far, tied ones included
  std::uint64_t tied_positives = 0, tied_negatives = 0;
  for (const Ranked& r : ranked_) {
    const std::uint64_t w = weight[r.record];
    tied_positives += r.positive ? w : 0;
    tied_negatives += r.positive ? 0 : w;
    if (!r.last_of_tie) continue;
    if (tied_negatives) {
      roc += static_cast<double>(tied_negatives) *
             (static_cast<double>(positives) + 0.5 * static_cast<double>(tied_positives));
    }
    positives += tied_positives;
    negatives += tied_negatives;
    if (tied_positives) {
      precision += static_cast<double>(tied_positives) * static_cast<double>(positives) /
                   static_cast<double>(positives + negatives);
    }
    tied_positives = tied_negatives = 0;
  }
  if (!positives || !negatives) return std::nullopt;
  const auto p = static_cast<double>(positives), n = static_cast<double>(negatives);
  return Areas{roc / (p * n), precision / p};
}

Confusion confusion(std::span<const std::uint8_t> label, std::span<const std::uint8_t> decided,
                    std::span<const std::uint32_t> weight) {
  std::array<std::uint64_t, 4> sum{};
  for (std::size_t i = 0; i < label.size(); ++i) {
    const unsigned truth = label[i] != 0, decision = decided[i] != 0;
    sum[2 * truth + decision] += weight[i];
  }
  const auto value = [&](int k) { return static_cast<double>(sum[static_cast<std::size_t>(k)]); };
  return {.tp = value(3), .fp = value(1), .fn = value(2), .tn = value(0)};
}

namespace {
std::optional<double> ratio(double numerator, double denominator) {
  if (denominator == 0) return std::nullopt;
  return numerator / denominator;
}
}  // namespace

std::optional<double> f_beta(const Confusion& c, double beta) {
  const double b2 = beta * beta;
  return ratio((1 + b2) * c.tp, (1 + b2) * c.tp + b2 * c.fn + c.fp);
}

std::optional<double> g_beta(const Confusion& c, double beta) {
  return ratio(c.tp, c.tp + c.fp + beta * c.fn);
}

std::optional<double> sensitivity(const Confusion& c) { return ratio(c.tp, c.tp + c.fn); }

std::optional<double> specificity(const Confusion& c) { return ratio(c.tn, c.tn + c.fp); }

std::vector<ReliabilityBin> reliability_bins(std::span<const float> probability,
                                             std::span<const std::uint8_t> label) {
  constexpr int kBins = 15;
  std::vector<ReliabilityBin> bins(kBins);
  for (std::size_t i = 0; i < probability.size(); ++i) {
    const double p = probability[i];
    ReliabilityBin& bin =
        bins[static_cast<std::size_t>(std::clamp(static_cast<int>(p * kBins), 0, kBins - 1))];
    ++bin.records;
    bin.positives += label[i] != 0;
    bin.mean_probability += p;
  }
  for (ReliabilityBin& bin : bins)
    if (bin.records) bin.mean_probability /= static_cast<double>(bin.records);
  return bins;
}

double expected_calibration_error(std::span<const float> probability,
                                  std::span<const std::uint8_t> label) {
  double sum = 0;
  for (const ReliabilityBin& bin : reliability_bins(probability, label))
    sum += std::abs(bin.mean_probability * static_cast<double>(bin.records) -
                    static_cast<double>(bin.positives));
  return probability.empty() ? 0 : sum / static_cast<double>(probability.size());
}

namespace {
/// [record] number(label row, value row).
template <typename T, typename Number>
std::vector<double> of_records(const Multilabel& truth, std::span<const T> value, Number number) {
  std::vector<double> of(truth.records());
  for (std::size_t r = 0; r < of.size(); ++r) {
    of[r] = number(truth.label.subspan(r * truth.classes, truth.classes),
                   value.subspan(r * truth.classes, truth.classes));
  }
  return of;
}
}  // namespace

std::vector<double> ranking_loss(const Multilabel& truth, std::span<const double> score) {
  return of_records(truth, score, [](auto label, auto s) {
    std::size_t pairs = 0, misordered = 0;
    for (std::size_t t = 0; t < s.size(); ++t) {
      for (std::size_t f = 0; f < s.size(); ++f) {
        if (!label[t] || label[f]) continue;
        ++pairs;
        misordered += s[f] >= s[t];
      }
    }
    return pairs ? static_cast<double>(misordered) / static_cast<double>(pairs) : 0.0;
  });
}

std::vector<double> coverage_error(const Multilabel& truth, std::span<const double> score) {
  return of_records(truth, score, [](auto label, auto s) {
    double lowest_true = INFINITY;
    for (std::size_t c = 0; c < s.size(); ++c) {
      if (label[c]) lowest_true = std::min(lowest_true, s[c]);
    }
    return static_cast<double>(
        std::count_if(s.begin(), s.end(), [&](double x) { return x >= lowest_true; }));
  });
}

std::vector<double> hamming_loss(const Multilabel& truth, std::span<const std::uint8_t> decided) {
  const auto share_wrong = [](auto label, auto d) {
    std::size_t wrong = 0;
    for (std::size_t c = 0; c < d.size(); ++c) wrong += (label[c] != 0) != (d[c] != 0);
    return static_cast<double>(wrong) / static_cast<double>(d.size());
  };
  return of_records(truth, decided, share_wrong);
}

std::vector<double> exact_match(const Multilabel& truth, std::span<const std::uint8_t> decided) {
  return of_records(truth, decided, [](auto label, auto d) {
    for (std::size_t c = 0; c < d.size(); ++c) {
      if ((label[c] != 0) != (d[c] != 0)) return 0.0;
    }
    return 1.0;
  });
}

double weighted_mean(std::span<const double> value, std::span<const std::uint32_t> weight) {
  double sum = 0, weights = 0;
  for (std::size_t r = 0; r < value.size(); ++r) {
    sum += value[r] * weight[r];
    weights += weight[r];
  }
  return weights > 0 ? sum / weights : 0;
}

}  // namespace liteheart
