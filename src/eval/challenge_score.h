// The PhysioNet/CinC 2021 Challenge score: https://moody-challenge.physionet.org/2021/ and Reyna et
// al., "Will Two Do? Varying Dimensions in Electrocardiography", CinC 2021.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ecg/vocabulary.h"

namespace liteheart {

/// The official rewards, src/eval/challenge_weights.csv.
struct ChallengeWeights {
  std::size_t classes = 0;
  std::vector<std::vector<std::string_view>> codes;  // [class] SNOMED CT codes counted as one
  std::vector<double> reward;                        // [true class, predicted class]
  std::size_t inactive_class = 0;                    // sinus rhythm, 426783006

  static const ChallengeWeights& official();
  /// The class under which a SNOMED CT code is scored.
  std::optional<std::size_t> class_of(std::string_view code) const;
};

/// The rewards of every recording, so that a bootstrap only sums. Per recording the reward of its
/// decisions is the sum of the weights over (true, predicted) pairs, divided by the number of
/// classes that are true or predicted (at least 1). The score is (observed - inactive) / (correct -
/// inactive), where `correct` decides exactly the true classes and `inactive` always sinus rhythm
/// alone.
class ChallengeScore {
 public:
  /// label, decided: [record, class] for `classes`. Classes that the Challenge does not score are
  /// left out; those it counts as one are true (decided) where any of them is. Scored classes that
  /// are not among `classes` count as never true and never decided.
  ChallengeScore(const std::vector<Diagnosis>& classes, std::span<const std::uint8_t> label,
                 std::span<const std::uint8_t> decided,
                 const ChallengeWeights& weights = ChallengeWeights::official());

  /// How many of the Challenge's 26 classes are among the classes given.
  std::size_t scored_classes() const { return scored_classes_; }
  /// weight: [record], how often each counts. 0 where correct equals inactive, as officially;
  /// nullopt without scored classes.
  std::optional<double> value(std::span<const std::uint32_t> weight) const;

 private:
  struct Rewards {
    double observed, correct, inactive;
  };
  std::vector<Rewards> rewards_;  // [record]
  std::size_t scored_classes_ = 0;
};

}  // namespace liteheart
