// Boosted trees against a plain search for each split, and what they may learn from.
#include "measured/boosted_trees.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <stdexcept>

#include "edge/half.h"

namespace liteheart {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

/// Rows of normal numbers, a tenth of them unknown; class c is there where measurement c is above 1
/// or below -1.
LabelledTable random_table(std::size_t rows, std::size_t measurements, std::size_t classes,
                           unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  LabelledTable table{rows, measurements, classes, {}, {}, {}};
  for (std::size_t row = 0; row < rows; ++row) {
    std::vector<float> x(measurements);
    for (float& v : x) v = random() % 10 == 0 ? kUnknown : normal(random);
    for (std::size_t c = 0; c < classes; ++c) table.label.push_back(std::abs(x[c]) > 1 ? 1 : 0);
    table.measured.insert(table.measured.end(), x.begin(), x.end());
    table.share.push_back(static_cast<std::uint8_t>(random() % BoostedTrees::kShares));
  }
  return table;
}

std::span<const float> row_of(const LabelledTable& table, std::size_t row) {
  return std::span(table.measured).subspan(row * table.measurements, table.measurements);
}

double auc(const BoostedTrees& trees, const LabelledTable& table, std::size_t c) {
  std::vector<double> present, absent;
  for (std::size_t row = 0; row < table.rows; ++row) {
    const float logit = trees.logits(row_of(table, row))[c];
    (table.label[row * table.classes + c] > 0 ? present : absent).push_back(logit);
  }
  double ahead = 0;
  for (const double p : present)
    for (const double a : absent) ahead += p > a ? 1 : p == a ? 0.5 : 0;
  return ahead / static_cast<double>(present.size() * absent.size());
}

TEST(BoostedTrees, find_what_classes_are_defined_by_and_not_what_is_chance) {
  const BoostedTrees trees = BoostedTrees::fit(random_table(1500, 6, 3), 1);
  LabelledTable others = random_table(1000, 6, 3, 2);
  for (std::size_t c = 0; c < 3; ++c) EXPECT_GT(auc(trees, others, c), 0.98) << c;

  LabelledTable chance = random_table(1500, 6, 1);
  std::mt19937 random(3);
  for (auto& label : chance.label) label = random() % 5 == 0 ? 1 : 0;
  const BoostedTrees none = BoostedTrees::fit(chance, 1);
  EXPECT_LT(none.count()[0], 25);  // trees
  EXPECT_NEAR(none.logits(row_of(others, 0))[0], std::log(0.25), 0.5);
}

/// What grow() should find in one measurement, splitting rows at every place.
struct PlainSplit {
  double gain = 0;
  std::vector<std::size_t> below, above;
};

class PlainTree {
 public:
  PlainTree(const LabelledTable& table, double base) : table_(table) {
    const double p = 1 / (1 + std::exp(-base));
    curvature_ = p * (1 - p);
    for (std::size_t row = 0; row < table.rows; ++row) gradient_.push_back(p - table.label[row]);
  }
  PlainSplit split(const std::vector<std::size_t>& rows) const {
    PlainSplit best;
    std::vector<double> cuts;
    for (const std::size_t row : rows) cuts.push_back(value(row));
    for (const double cut : cuts) {
      PlainSplit split;
      for (const std::size_t row : rows)
        (value(row) > cut ? split.above : split.below).push_back(row);
      if (split.below.size() < 10 || split.above.size() < 10) continue;
      split.gain = score(split.below) + score(split.above) - score(rows);
      if (split.gain > best.gain + 1e-9) best = split;
    }
    return best;
  }
  double leaf(const std::vector<std::size_t>& rows) const {
    return -0.1 * gradient(rows) / (curvature_ * static_cast<double>(rows.size()) + 1);
  }
  /// The logit's change for each row of a leaf, by row.
  void grow(const std::vector<std::size_t>& rows, int depth,
            std::map<std::size_t, double>& out) const {
    const PlainSplit best = depth < 3 ? split(rows) : PlainSplit();
    if (best.gain > 0) {
      grow(best.below, depth + 1, out);
      grow(best.above, depth + 1, out);
    } else {
      for (const std::size_t row : rows) out[row] = leaf(rows);
    }
  }

 private:
  double value(std::size_t row) const {
    const float x = table_.measured[row];
    return std::isnan(x) ? -std::numeric_limits<double>::infinity() : static_cast<double>(x);
  }
  double gradient(const std::vector<std::size_t>& rows) const {
    double sum = 0;
    for (const std::size_t row : rows) sum += gradient_[row];
    return sum;
  }
  double score(const std::vector<std::size_t>& rows) const {
    const double g = gradient(rows);
    return g * g / (curvature_ * static_cast<double>(rows.size()) + 1);
  }

  const LabelledTable& table_;
  double curvature_;
  std::vector<double> gradient_;
};

TEST(BoostedTrees, begin_with_the_tree_that_a_plain_search_finds) {
  const LabelledTable table = random_table(240, 1, 1);
  const BoostedTrees trees = BoostedTrees::fit(table, 1);
  ASSERT_GT(trees.count()[0], 0);
  for (std::size_t share = 0, first = 0; share < BoostedTrees::kShares; ++share) {
    std::vector<std::size_t> learned;
    double present = 0;
    for (std::size_t row = 0; row < table.rows; ++row) {
      if (table.share[row] == share) continue;
      learned.push_back(row);
      present += table.label[row];
    }
    const double all = static_cast<double>(learned.size());
    EXPECT_NEAR(trees.base()[share], std::log((present + 0.5) / (all - present + 0.5)), 1e-5);
    std::map<std::size_t, double> expected;
    PlainTree(table, trees.base()[share]).grow(learned, 0, expected);
    for (const std::size_t row : learned)
      EXPECT_NEAR(trees.trees()[first].at(row_of(table, row)), expected.at(row), 1e-5)
          << "share " << share << ", row " << row << ": " << table.measured[row];
    first += static_cast<std::size_t>(trees.count()[share]);
  }
}

TEST(BoostedTrees, of_a_share_never_saw_its_labels) {
  const LabelledTable table = random_table(400, 4, 1);
  constexpr std::size_t kShare = 2;
  LabelledTable other = table;
  for (std::size_t row = 0; row < table.rows; ++row)
    if (table.share[row] == kShare) other.label[row] = 1 - other.label[row];
  const BoostedTrees a = BoostedTrees::fit(table, 1), b = BoostedTrees::fit(other, 1);
  const auto of_share = [](const BoostedTrees& trees, std::size_t share) {
    std::size_t first = 0;
    for (std::size_t s = 0; s < share; ++s) first += static_cast<std::size_t>(trees.count()[s]);
    return std::span(trees.trees()).subspan(first, static_cast<std::size_t>(trees.count()[share]));
  };
  // How many there are the left-out labels have a say in; not what they are.
  const auto common = [&](std::size_t share) {
    const auto x = of_share(a, share), y = of_share(b, share);
    const std::size_t count = std::min(x.size(), y.size());
    for (std::size_t i = 0; i < count; ++i)
      if (!std::ranges::equal(x[i].value, y[i].value) ||
          !std::ranges::equal(x[i].threshold, y[i].threshold))
        return false;
    return count > 0;
  };
  EXPECT_EQ(a.base()[kShare], b.base()[kShare]);
  EXPECT_NE(a.base()[0], b.base()[0]);
  EXPECT_TRUE(common(kShare));
  EXPECT_FALSE(common(0));
}

TEST(BoostedTrees, answer_with_all_shares_or_with_the_one_that_is_asked) {
  const LabelledTable table = random_table(400, 3, 2);
  const BoostedTrees trees = BoostedTrees::fit(table, 1);
  const auto row = row_of(table, 7);
  std::vector<float> mean(2);
  for (std::size_t share = 0; share < BoostedTrees::kShares; ++share)
    for (std::size_t c = 0; c < 2; ++c)
      mean[c] += trees.logits(row, share)[c] / static_cast<float>(BoostedTrees::kShares);
  for (std::size_t c = 0; c < 2; ++c) EXPECT_NEAR(trees.logits(row)[c], mean[c], 1e-5);
  EXPECT_NE(trees.logits(row, 0)[0], trees.logits(row, 1)[0]);
}

TEST(BoostedTrees, are_the_same_on_any_number_of_threads) {
  const LabelledTable table = random_table(300, 5, 4);
  const BoostedTrees one = BoostedTrees::fit(table, 1), four = BoostedTrees::fit(table, 4);
  EXPECT_EQ(one.count(), four.count());
  for (std::size_t row = 0; row < 50; ++row)
    EXPECT_EQ(one.logits(row_of(table, row)), four.logits(row_of(table, row)));
}

TEST(BoostedTrees, take_what_is_never_known_always_the_same_or_never_there) {
  LabelledTable table = random_table(200, 3, 2);
  for (std::size_t row = 0; row < table.rows; ++row) {
    table.measured[row * 3] = kUnknown;
    table.measured[row * 3 + 1] = 4;
    table.label[row * 2] = 0;
  }
  const auto logits = BoostedTrees::fit(table, 1).logits(row_of(table, 0));
  EXPECT_LT(logits[0], -5);
  EXPECT_TRUE(std::isfinite(logits[1]));
}

TEST(BoostedTrees, that_contradict_each_other_are_refused) {
  const BoostedTrees good = BoostedTrees::fit(random_table(200, 3, 2), 1);
  ASSERT_FALSE(good.trees().empty());
  const auto rebuilt = [&](std::size_t measurements, auto change) {
    auto base = good.base();
    auto count = good.count();
    auto trees = good.trees();
    change(base, count, trees);
    return BoostedTrees(measurements, BoostedTrees::kShares, base, count, trees);
  };
  EXPECT_EQ(rebuilt(3, [](auto&...) {}).count(), good.count());
  EXPECT_THROW(rebuilt(0, [](auto&...) {}), std::invalid_argument);
  EXPECT_THROW(rebuilt(3, [](auto& base, auto&, auto&) { base.pop_back(); }),
               std::invalid_argument);
  for (const std::size_t shares : {0, 3})
    EXPECT_THROW(BoostedTrees(3, shares, good.base(), good.count(), good.trees()),
                 std::invalid_argument);
  EXPECT_THROW(rebuilt(3, [](auto&, auto& count, auto&) { ++count[0]; }), std::invalid_argument);
  EXPECT_THROW(rebuilt(3, [](auto&, auto& count, auto&) { count[0] = -1; }), std::invalid_argument);
  EXPECT_THROW(rebuilt(3, [](auto&, auto&, auto& trees) { trees.pop_back(); }),
               std::invalid_argument);
  EXPECT_THROW(rebuilt(3, [](auto&, auto&, auto& trees) { trees[0].measurement[6] = 3; }),
               std::invalid_argument);
  EXPECT_THROW(rebuilt(3, [](auto&, auto&, auto& trees) { trees[0].measurement[0] = -1; }),
               std::invalid_argument);
}

/// What another thinks: class c is the more probable the further measurement c is above measurement
/// c + 1, unknown ones taken for -2.
LabelledTable opinion(std::size_t rows, unsigned seed, std::size_t measurements = 5) {
  LabelledTable table = random_table(rows, measurements, 2, seed);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t c = 0; c < 2; ++c) {
      const auto known = [&](std::size_t m) {
        const float x = table.measured[row * measurements + m];
        return std::isnan(x) ? -2 : x;
      };
      table.label[row * 2 + c] = 1 / (1 + std::exp(known(c + 1) - known(c)));
    }
  }
  return table;
}

TEST(ImitatingTrees, think_of_other_rows_what_they_have_learned_to) {
  const BoostedTrees trees = BoostedTrees::imitate(opinion(3000, 1), 1);
  const LabelledTable others = opinion(1000, 2);
  LabelledTable probable = others;  // or not
  for (float& label : probable.label) label = label > 0.5F ? 1 : 0;
  for (std::size_t c = 0; c < 2; ++c) {
    double error = 0, spread = 0;
    for (std::size_t row = 0; row < others.rows; ++row) {
      const double p = 1 / (1 + std::exp(-trees.logits(row_of(others, row))[c]));
      error += std::abs(p - others.label[row * 2 + c]) / static_cast<double>(others.rows);
      spread += std::abs(0.5 - others.label[row * 2 + c]) / static_cast<double>(others.rows);
    }
    EXPECT_LT(error, 0.05);
    EXPECT_GT(spread, 0.2);
    EXPECT_GT(auc(trees, probable, c), 0.98);
  }
}

TEST(ImitatingTrees, are_one_share_that_answers_whatever_share_is_asked) {
  const LabelledTable table = opinion(300, 1);
  const BoostedTrees trees = BoostedTrees::imitate(table, 1);
  EXPECT_EQ(trees.shares(), 1u);
  EXPECT_EQ(trees.classes(), 2u);
  EXPECT_EQ(trees.count(), std::vector<std::int32_t>(2, BoostedTrees::kImitatedRounds));
  for (std::size_t row = 0; row < 20; ++row)
    for (std::size_t share = 0; share < BoostedTrees::kShares; ++share)
      EXPECT_EQ(trees.logits(row_of(table, row), share), trees.logits(row_of(table, row)));

  // Nor has a row's share a say in what is learned.
  LabelledTable other = table;
  for (auto& share : other.share) share = 0;
  const BoostedTrees same = BoostedTrees::imitate(other, 1);
  for (std::size_t row = 0; row < 20; ++row)
    EXPECT_EQ(same.logits(row_of(table, row)), trees.logits(row_of(table, row)));
}

TEST(ImitatingTrees, are_made_of_numbers_that_half_precision_holds) {
  LabelledTable table = opinion(600, 1);
  for (std::size_t row = 0; row < table.rows; ++row) {
    table.measured[row * 5 + 1] *= 1e-6F;
    table.measured[row * 5 + 2] *= 3e4F;  // some of it more than the largest half
  }
  const BoostedTrees trees = BoostedTrees::imitate(table, 1);
  const auto held = [](float x) { return edge::float_of_half(edge::half_of_float(x)) == x; };
  EXPECT_TRUE(std::ranges::all_of(trees.base(), held));
  std::map<std::int32_t, std::size_t> asked;
  for (const BoostedTree& tree : trees.trees()) {
    EXPECT_TRUE(std::ranges::all_of(tree.threshold, held));
    EXPECT_TRUE(std::ranges::all_of(tree.value, held));
    EXPECT_TRUE(std::ranges::all_of(tree.value, [](float x) { return std::isfinite(x); }));
    for (const std::int32_t m : tree.measurement) ++asked[m];
  }
  EXPECT_GT(asked[1], 10u);
  EXPECT_GT(asked[2], 10u);
}

TEST(ImitatingTrees, are_the_same_on_any_number_of_threads) {
  const LabelledTable table = opinion(300, 1);
  const BoostedTrees one = BoostedTrees::imitate(table, 1), four = BoostedTrees::imitate(table, 4);
  EXPECT_EQ(one.base(), four.base());
  ASSERT_EQ(one.count(), four.count());
  for (std::size_t i = 0; i < one.trees().size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(one.trees()[i].measurement, four.trees()[i].measurement));
    EXPECT_TRUE(std::ranges::equal(one.trees()[i].threshold, four.trees()[i].threshold));
    EXPECT_TRUE(std::ranges::equal(one.trees()[i].value, four.trees()[i].value));
  }
}

TEST(ImitatingTrees, ask_for_nothing_that_is_always_the_same_or_never_known) {
  LabelledTable table = opinion(600, 1, 6);
  for (std::size_t row = 0; row < table.rows; ++row) {
    table.measured[row * 6 + 4] = kUnknown;
    table.measured[row * 6 + 5] = 0.1F;
  }
  std::size_t splits = 0;
  const BoostedTrees trees = BoostedTrees::imitate(table, 1);
  for (const BoostedTree& tree : trees.trees()) {
    for (std::size_t i = 0; i < BoostedTree::kSplits; ++i) {
      if (std::isinf(tree.threshold[i]) && tree.threshold[i] > 0) continue;  // no split
      EXPECT_LT(tree.measurement[i], 4);
      ++splits;
    }
  }
  EXPECT_GT(splits, 1000u);

  LabelledTable none = table;
  for (std::size_t row = 0; row < none.rows; ++row)
    std::fill_n(none.measured.begin() + static_cast<std::ptrdiff_t>(row * 6), 6, kUnknown);
  const BoostedTrees base = BoostedTrees::imitate(none, 1);
  double mean = 0;
  for (std::size_t row = 0; row < none.rows; ++row) mean += none.label[row * 2] / 600.0;
  EXPECT_NEAR(base.logits(row_of(none, 0))[0], std::log(mean / (1 - mean)), 0.01);
}

}  // namespace
}  // namespace liteheart
