// Gradient boosting of small trees on a table of measurements (Friedman 2001; Newton steps and
// histograms as in XGBoost, Chen and Guestrin 2016): what a diagnosis is by definition, a rate, an
// interval, an axis beyond a limit, few labels suffice to find.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "edge/trees.h"

namespace liteheart {

/// Where a tree that has three splits one behind the other sends a row: to one of its eight leaves.
struct BoostedTree {
  static constexpr std::size_t kDepth = edge::kTreeDepth, kSplits = edge::kTreeSplits,
                               kLeaves = edge::kTreeLeaves;
  /// The split i's children are 2 i + 1, where the measurement is not above the threshold or
  /// unknown, and 2 i + 2; beyond the splits are the leaves.
  std::int32_t measurement[kSplits] = {};
  float threshold[kSplits] = {};
  float value[kLeaves] = {};

  float at(std::span<const float> row) const {
    std::size_t node = 0;
    for (std::size_t depth = 0; depth < kDepth; ++depth) {
      const bool above = row[static_cast<std::size_t>(measurement[node])] > threshold[node];
      node = 2 * node + (above ? 2 : 1);
    }
    return value[node - kSplits];
  }
};

/// What is learned from: rows of measurements, NaN where unknown, with labels, in shares.
struct LabelledTable {
  std::size_t rows = 0, measurements = 0, classes = 0;
  std::vector<float> measured;      // [row, measurement]
  std::vector<float> label;         // [row, class]: 0 or 1, or how probable it is
  std::vector<std::uint8_t> share;  // [row], below BoostedTrees::kShares; a patient's are the same
};

/// For each class a sum of trees; or several, one for each share of the rows, learned from the rows
/// of the other shares.
class BoostedTrees {
 public:
  static constexpr std::size_t kShares = 5, kMostRounds = 200, kImitatedRounds = 100;

  BoostedTrees() = default;
  /// In kShares shares; how many trees is what the rows tell of the left-out ones, at most
  /// kMostRounds. Deterministic, whatever the threads. progress(classes done, classes) is called on
  /// the calling thread.
  static BoostedTrees fit(const LabelledTable& table, std::size_t threads,
                          const std::function<void(std::size_t, std::size_t)>& progress = {});

  /// In one share, kImitatedRounds trees of all rows, for labels that are another's opinion and not
  /// chance's; in numbers that half precision holds (edge/half.h), as a device stores them.
  static BoostedTrees imitate(const LabelledTable& table, std::size_t threads,
                              const std::function<void(std::size_t, std::size_t)>& progress = {});

  /// As stored, in `shares` shares: the trees of share 0's class 0 first, then of its class 1.
  /// Throws std::invalid_argument where the sizes do not match or a tree asks for what is not
  /// measured.
  BoostedTrees(std::size_t measurements, std::size_t shares, std::vector<float> base,
               std::vector<std::int32_t> count, std::vector<BoostedTree> trees);
  std::size_t measurements() const { return measurements_; }
  std::size_t shares() const { return shares_; }
  std::size_t classes() const { return base_.size() / shares_; }
  const std::vector<float>& base() const { return base_; }           // [share, class]
  const std::vector<std::int32_t>& count() const { return count_; }  // [share, class]
  const std::vector<BoostedTree>& trees() const { return trees_; }

  /// [class]: the mean over the shares; where the row may be one that was learned from, of `share`
  /// of several, what was learned without that share.
  std::vector<float> logits(std::span<const float> row,
                            std::optional<std::size_t> share = std::nullopt) const;

 private:
  struct Growth;
  static BoostedTrees grow(const LabelledTable& table, const Growth& growth, std::size_t threads,
                           const std::function<void(std::size_t, std::size_t)>& progress);

  std::size_t measurements_ = 0, shares_ = 1;
  std::vector<float> base_;
  std::vector<std::int32_t> count_;
  std::vector<BoostedTree> trees_;
  std::vector<std::size_t> first_;  // [share, class], into trees_
};

}  // namespace liteheart
