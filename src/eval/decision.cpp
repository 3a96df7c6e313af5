#include "eval/decision.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "ecg/error.h"
#include "eval/columns.h"

namespace liteheart {
namespace {

/// log(1 + exp(-|z|)) + max(z, 0) - target * z, the cross-entropy of sigmoid(z) against target.
double cross_entropy(double z, double target) {
  return std::log1p(std::exp(-std::abs(z))) + std::max(z, 0.0) - target * z;
}

/// Platt's problem: logits, and smoothed targets that take two values.
class PlattProblem {
 public:
  PlattProblem(std::span<const float> logit, std::span<const std::uint8_t> label)
      : logit_(logit), label_(label) {
    const auto positives = static_cast<double>(
        std::count_if(label.begin(), label.end(), [](std::uint8_t y) { return y != 0; }));
    const double negatives = static_cast<double>(label.size()) - positives;
    high_ = (positives + 1) / (positives + 2);
    low_ = 1 / (negatives + 2);
  }

  /// The minimum over slope and intercept, or over the intercept alone.
  Platt minimize(Platt x, bool with_slope) const {
    double loss = objective(x);
    for (int iteration = 0; iteration < 100; ++iteration) {
      const auto [gradient, curvature] = derivatives(x);
      const Platt step = newton_step(gradient, curvature, with_slope);
      const double descent = gradient.slope * step.slope + gradient.intercept * step.intercept;
      if (!(descent < -1e-18 * static_cast<double>(label_.size()))) break;
      double length = 1;
      Platt next;
      double next_loss;
      do {
        next = {x.slope + length * step.slope, x.intercept + length * step.intercept};
        next_loss = objective(next);
        length /= 2;
      } while (next_loss > loss + 1e-4 * length * descent && length > 1e-10);
      if (!(next_loss < loss)) break;
      x = next;
      loss = next_loss;
    }
    return x;
  }

 private:
  struct Curvature {
    double slope = 0, both = 0, intercept = 0;
  };

  double target(std::size_t i) const { return label_[i] ? high_ : low_; }

  double objective(const Platt& x) const {
    double sum = 0;
    for (std::size_t i = 0; i < logit_.size(); ++i) {
      sum += cross_entropy(x.slope * logit_[i] + x.intercept, target(i));
    }
    return sum;
  }

  std::pair<Platt, Curvature> derivatives(const Platt& x) const {
    Platt gradient{0, 0};
    Curvature h;
    for (std::size_t i = 0; i < logit_.size(); ++i) {
      const double z = logit_[i], p = sigmoid(x.slope * z + x.intercept);
      const double residual = p - target(i), spread = p * (1 - p);
      gradient.slope += residual * z;
      gradient.intercept += residual;
      h.slope += spread * z * z;
      h.both += spread * z;
      h.intercept += spread;
    }
    return {gradient, h};
  }

  /// A tiny ridge keeps the curvature invertible where all logits are equal.
  static Platt newton_step(const Platt& gradient, Curvature h, bool with_slope) {
    constexpr double kRidge = 1e-12;
    h.slope += kRidge;
    h.intercept += kRidge;
    if (!with_slope) return {0, -gradient.intercept / h.intercept};
    const double determinant = h.slope * h.intercept - h.both * h.both;
    return {-(h.intercept * gradient.slope - h.both * gradient.intercept) / determinant,
            -(h.slope * gradient.intercept - h.both * gradient.slope) / determinant};
  }

  std::span<const float> logit_;
  std::span<const std::uint8_t> label_;
  double high_ = 1, low_ = 0;
};

[[noreturn]] void refuse_decision() {
  throw Error("", "thresholds and calibration are for another number of classes",
              "learn them on predictions of the same model");
}

void check_decision(std::size_t classes, const Decision& d) {
  if (d.slope.size() != classes || d.intercept.size() != classes || d.threshold.size() != classes) {
    refuse_decision();
  }
}

}  // namespace

double sigmoid(double z) {
  return z >= 0 ? 1 / (1 + std::exp(-z)) : std::exp(z) / (1 + std::exp(z));
}

void check_predictions(const Predictions& p) {
  const std::size_t cells = p.records * p.classes;
  if (p.logit.size() != cells || p.label.size() != cells ||
      (!p.patient.empty() && p.patient.size() != p.records)) {
    throw Error("", "predictions, labels and patients differ in number",
                "predict and load labels for the same recordings");
  }
  const auto bad =
      std::find_if_not(p.logit.begin(), p.logit.end(), [](float z) { return std::isfinite(z); });
  if (bad != p.logit.end()) {
    const auto record = static_cast<std::size_t>(bad - p.logit.begin()) / p.classes;
    throw Error("record " + std::to_string(record), "the model's output is not a finite number",
                "lower the learning rate, or check the recording");
  }
}

std::optional<Platt> fit_platt(std::span<const float> logit, std::span<const std::uint8_t> label) {
  const auto negatives = std::count(label.begin(), label.end(), 0);
  if (negatives == 0 || negatives == std::ssize(label)) return std::nullopt;
  const PlattProblem problem(logit, label);
  const double odds =
      static_cast<double>(std::ssize(label) - negatives + 1) / static_cast<double>(negatives + 1);
  const Platt fit = problem.minimize({0, std::log(odds)}, true);
  return fit.slope > 0 ? fit : problem.minimize({1, 0}, false);
}

float best_threshold(std::span<const float> probability) {
  constexpr double kBeta2 = 4;  // beta squared
  std::vector<float> order(probability.begin(), probability.end());
  std::sort(order.begin(), order.end(), std::greater<>());
  const double positives = std::accumulate(order.begin(), order.end(), 0.0);
  if (positives == 0) return 0.5F;
  double found = 0, best = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    found += order[i];
    const double f = (1 + kBeta2) * found / (kBeta2 * positives + static_cast<double>(i + 1));
    best = std::max(best, f);
  }
  return static_cast<float>(best / (1 + kBeta2));
}

std::vector<double> calibrated_logits(const Predictions& p, const Decision& d) {
  check_decision(p.classes, d);
  std::vector<double> z(p.logit.size());
  for (std::size_t i = 0; i < z.size(); ++i) {
    const std::size_t c = i % p.classes;
    z[i] = static_cast<double>(d.slope[c]) * p.logit[i] + d.intercept[c];
  }
  return z;
}

std::vector<float> probabilities(const Predictions& p, const Decision& d) {
  const std::vector<double> z = calibrated_logits(p, d);
  std::vector<float> probability(z.size());
  std::transform(z.begin(), z.end(), probability.begin(),
                 [](double x) { return static_cast<float>(sigmoid(x)); });
  return probability;
}

std::vector<std::uint8_t> decide(std::span<const float> probability, const Decision& d) {
  const std::size_t classes = d.threshold.size();
  if (probability.empty()) return {};
  if (classes == 0 || probability.size() % classes != 0) refuse_decision();
  std::vector<std::uint8_t> decided(probability.size());
  for (std::size_t i = 0; i < decided.size(); ++i) {
    decided[i] = probability[i] >= d.threshold[i % classes];
  }
  return decided;
}

Decision learn_decision(const Predictions& validation) {
  check_predictions(validation);
  const std::size_t classes = validation.classes;
  Decision d{.threshold = std::vector<float>(classes, 0.5F),
             .slope = std::vector<float>(classes, 1.0F),
             .intercept = std::vector<float>(classes, 0.0F)};
  const auto logit = columns(validation.logit, classes);
  const auto label = columns(validation.label, classes);
  std::vector<bool> learned(classes);
  for (std::size_t c = 0; c < classes; ++c) {
    const auto platt = fit_platt(logit.of(c), label.of(c));
    if (!platt) continue;
    learned[c] = true;
    d.slope[c] = static_cast<float>(platt->slope);
    d.intercept[c] = static_cast<float>(platt->intercept);
  }
  const auto probability = columns(probabilities(validation, d), classes);
  for (std::size_t c = 0; c < classes; ++c) {
    if (learned[c]) d.threshold[c] = best_threshold(probability.of(c));
  }
  return d;
}

}  // namespace liteheart
