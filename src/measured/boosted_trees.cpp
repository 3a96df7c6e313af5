#include "measured/boosted_trees.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "data/in_order.h"
#include "data/random.h"
#include "edge/half.h"

namespace liteheart {
namespace {

constexpr double kShrinkage = 1;  // of the leaves
constexpr double kAsked = 0.5;    // of the measurements, by a tree
constexpr std::uint32_t kFewestInLeaf = 10;
constexpr std::size_t kMostBins = 254, kPatience = 20, kLevel = BoostedTree::kLeaves / 2;

float in_half(float x) { return edge::float_of_half(edge::half_of_float(x)); }

/// A measurement's values by their rank: bin b holds what is above threshold[b - 1] and not above
/// threshold[b]. What is unknown is below all.
struct Binned {
  std::vector<float> threshold;
  std::vector<std::uint8_t> bin;  // [row]
};

Binned in_bins(const LabelledTable& table, std::size_t measurement, bool halves) {
  std::vector<float> known;
  for (std::size_t row = 0; row < table.rows; ++row) {
    const float x = table.measured[row * table.measurements + measurement];
    if (!std::isnan(x)) known.push_back(x);
  }
  std::sort(known.begin(), known.end());
  Binned binned;
  if (known.size() < table.rows)
    binned.threshold.push_back(-std::numeric_limits<float>::infinity());
  const std::size_t left = kMostBins - 1 - binned.threshold.size();
  std::vector<float> distinct = known;
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  const bool few = distinct.size() <= left + 1;
  const std::vector<float>& from = few ? distinct : known;
  const std::size_t cuts = few ? std::max<std::size_t>(1, distinct.size()) - 1 : left;
  for (std::size_t i = 1; i <= cuts; ++i) {
    const std::size_t at = few ? i : i * from.size() / (cuts + 1);
    float cut = std::midpoint(from[at - 1], from[at]);  // of equals: above all of them
    if (halves) cut = in_half(cut);
    if (cut < from.back() && (binned.threshold.empty() || cut > binned.threshold.back()))
      binned.threshold.push_back(cut);
  }
  for (std::size_t row = 0; row < table.rows; ++row) {
    const float x = table.measured[row * table.measurements + measurement];
    const auto bin = std::isnan(x)
                         ? binned.threshold.begin()
                         : std::lower_bound(binned.threshold.begin(), binned.threshold.end(), x);
    binned.bin.push_back(static_cast<std::uint8_t>(bin - binned.threshold.begin()));
  }
  return binned;
}

/// Gradient and curvature of the cross-entropy, summed over rows.
struct Sums {
  double gradient = 0, curvature = 0;
  std::uint32_t rows = 0;

  Sums& operator+=(const Sums& other) {
    gradient += other.gradient;
    curvature += other.curvature;
    rows += other.rows;
    return *this;
  }
  Sums operator-(const Sums& other) const {
    return {gradient - other.gradient, curvature - other.curvature, rows - other.rows};
  }
  double gain() const { return gradient * gradient / (curvature + kShrinkage); }
};

struct Slope {
  float gradient = 0, curvature = 0;
};

struct Split {
  double gain = 0;
  std::int32_t measurement = 0;
  std::uint8_t bin = 0;
};

/// A tree of the rows by the measurements `asked`, whose leaves go `step` of the way; `node` [row
/// of the table] is left at their leaves.
BoostedTree grow_tree(const std::vector<Binned>& measured, const std::vector<std::size_t>& asked,
                      const std::vector<std::uint32_t>& rows, const std::vector<Slope>& slope,
                      double step, std::vector<std::uint8_t>& node) {
  BoostedTree tree;
  for (const std::uint32_t row : rows) node[row] = 0;
  for (std::size_t depth = 0; depth < BoostedTree::kDepth; ++depth) {
    const std::size_t nodes = std::size_t{1} << depth;
    std::array<Split, kLevel> best{};
    for (const std::size_t m : asked) {
      std::array<std::array<Sums, kMostBins>, kLevel> sums{};
      for (const std::uint32_t row : rows) {
        Sums& s = sums[node[row]][measured[m].bin[row]];
        s.gradient += slope[row].gradient;
        s.curvature += slope[row].curvature;
        ++s.rows;
      }
      for (std::size_t n = 0; n < nodes; ++n) {
        Sums all;
        for (std::size_t b = 0; b <= measured[m].threshold.size(); ++b) all += sums[n][b];
        Sums below;
        for (std::size_t b = 0; b < measured[m].threshold.size(); ++b) {
          below += sums[n][b];
          const Sums above = all - below;
          if (below.rows < kFewestInLeaf || above.rows < kFewestInLeaf) continue;
          const double gain = below.gain() + above.gain() - all.gain();
          if (gain > best[n].gain + 1e-9)
            best[n] = {gain, static_cast<std::int32_t>(m), static_cast<std::uint8_t>(b)};
        }
      }
    }
    for (std::size_t n = 0; n < nodes; ++n) {
      const auto m = static_cast<std::size_t>(best[n].measurement);
      tree.measurement[nodes - 1 + n] = best[n].measurement;
      // A node that nothing splits sends all it has one way.
      tree.threshold[nodes - 1 + n] = best[n].gain > 0 ? measured[m].threshold[best[n].bin]
                                                       : std::numeric_limits<float>::infinity();
    }
    for (const std::uint32_t row : rows) {
      const Split& split = best[node[row]];
      const bool above = split.gain > 0 &&
                         measured[static_cast<std::size_t>(split.measurement)].bin[row] > split.bin;
      node[row] = static_cast<std::uint8_t>(2 * node[row] + (above ? 1 : 0));
    }
  }
  std::array<Sums, BoostedTree::kLeaves> leaf{};
  for (const std::uint32_t row : rows)
    leaf[node[row]] += {slope[row].gradient, slope[row].curvature, 1};
  for (std::size_t i = 0; i < leaf.size(); ++i)
    tree.value[i] = static_cast<float>(-step * leaf[i].gradient / (leaf[i].curvature + kShrinkage));
  return tree;
}

/// A new choice for each tree: trees that ask the same questions err alike. Of `all` measurements.
std::vector<std::size_t> some_of(std::vector<std::size_t> all, Random& random) {
  const auto wanted = static_cast<std::size_t>(std::ceil(kAsked * static_cast<double>(all.size())));
  for (std::size_t i = 0; i < wanted; ++i) std::swap(all[i], all[i + random.below(all.size() - i)]);
  all.resize(wanted);
  return all;
}

struct ClassTrees {
  std::vector<float> base;                      // [share]
  std::vector<std::vector<BoostedTree>> trees;  // [share]
};

double cross_entropy(double logit, double label) {
  return std::max(logit, 0.0) - label * logit + std::log1p(std::exp(-std::abs(logit)));
}

}  // namespace

struct BoostedTrees::Growth {
  std::size_t shares, most_rounds, patience;  // rounds; patience 0: all of them
  double step;
  bool halves;

  ClassTrees of_class(const LabelledTable& table, const std::vector<Binned>& measured,
                      std::size_t c) const;
};

ClassTrees BoostedTrees::Growth::of_class(const LabelledTable& table,
                                          const std::vector<Binned>& measured,
                                          std::size_t c) const {
  const auto label = [&](std::size_t row) { return table.label[row * table.classes + c]; };
  const auto row_of = [&](std::size_t row) {
    return std::span(table.measured).subspan(row * table.measurements, table.measurements);
  };
  struct Share {
    std::vector<std::uint32_t> learned, left_out;
    std::vector<float> logit;  // [row]
  };
  ClassTrees out;
  std::vector<Share> all_shares(shares);
  for (std::size_t s = 0; s < shares; ++s) {
    double present = 0;
    for (std::size_t row = 0; row < table.rows; ++row) {
      const bool left_out = shares > 1 && table.share[row] == s;
      (left_out ? all_shares[s].left_out : all_shares[s].learned)
          .push_back(static_cast<std::uint32_t>(row));
      if (!left_out) present += static_cast<double>(label(row));
    }
    const double all = static_cast<double>(all_shares[s].learned.size());
    const auto base = static_cast<float>(std::log((present + 0.5) / (all - present + 0.5)));
    out.base.push_back(halves ? in_half(base) : base);
    all_shares[s].logit.assign(table.rows, out.base[s]);
  }
  out.trees.resize(shares);
  const auto left_out_loss = [&] {
    double loss = 0;
    for (const Share& share : all_shares)
      for (const std::uint32_t row : share.left_out)
        loss += cross_entropy(share.logit[row], label(row));
    return loss;
  };
  std::vector<std::size_t> telling;  // what is not the same in all rows
  for (std::size_t m = 0; m < measured.size(); ++m)
    if (!measured[m].threshold.empty()) telling.push_back(m);
  std::vector<Slope> slope(table.rows);
  std::vector<std::uint8_t> node(table.rows);
  Random random(1, c);
  double least = left_out_loss();
  std::size_t best = 0;
  for (std::size_t round = 1; round <= most_rounds && (patience == 0 || round <= best + patience);
       ++round) {
    for (std::size_t s = 0; s < shares; ++s) {
      Share& share = all_shares[s];
      for (const std::uint32_t row : share.learned) {
        const float p = 1 / (1 + std::exp(-share.logit[row]));
        slope[row] = {p - label(row), p * (1 - p)};
      }
      BoostedTree tree =
          grow_tree(measured, some_of(telling, random), share.learned, slope, step, node);
      if (halves) std::ranges::transform(tree.value, tree.value, in_half);
      for (const std::uint32_t row : share.learned) share.logit[row] += tree.value[node[row]];
      for (const std::uint32_t row : share.left_out) share.logit[row] += tree.at(row_of(row));
      out.trees[s].push_back(tree);
    }
    const double loss = left_out_loss();
    if (loss < least || patience == 0) least = loss, best = round;
  }
  for (auto& trees : out.trees) trees.resize(best);
  return out;
}

BoostedTrees::BoostedTrees(std::size_t measurements, std::size_t shares, std::vector<float> base,
                           std::vector<std::int32_t> count, std::vector<BoostedTree> trees)
    : measurements_(measurements),
      shares_(std::max<std::size_t>(1, shares)),
      base_(std::move(base)),
      count_(std::move(count)),
      trees_(std::move(trees)) {
  bool sane = measurements > 0 && shares > 0 && base_.size() % shares_ == 0 &&
              count_.size() == base_.size();
  std::size_t all = 0;
  for (const std::int32_t n : count_) {
    sane = sane && n >= 0 && static_cast<std::size_t>(n) <= kMostRounds;
    first_.push_back(all);
    all += static_cast<std::size_t>(std::max(n, 0));
  }
  sane = sane && all == trees_.size();
  for (const BoostedTree& tree : trees_)
    for (const std::int32_t m : tree.measurement)
      sane = sane && m >= 0 && static_cast<std::size_t>(m) < measurements;
  if (!sane) throw std::invalid_argument("the trees contradict each other");
}

BoostedTrees BoostedTrees::fit(const LabelledTable& table, std::size_t threads,
                               const std::function<void(std::size_t, std::size_t)>& progress) {
  return grow(table, {kShares, kMostRounds, kPatience, 0.1, false}, threads, progress);
}

BoostedTrees BoostedTrees::imitate(const LabelledTable& table, std::size_t threads,
                                   const std::function<void(std::size_t, std::size_t)>& progress) {
  return grow(table, {1, kImitatedRounds, 0, 0.05, true}, threads, progress);
}

BoostedTrees BoostedTrees::grow(const LabelledTable& table, const Growth& growth,
                                std::size_t threads,
                                const std::function<void(std::size_t, std::size_t)>& progress) {
  std::vector<Binned> measured;
  for (std::size_t m = 0; m < table.measurements; ++m)
    measured.push_back(in_bins(table, m, growth.halves));
  std::vector<ClassTrees> classes;
  InOrder<ClassTrees>::run(
      table.classes, std::max<std::size_t>(1, threads),
      [&](std::size_t, std::size_t c) { return growth.of_class(table, measured, c); },
      [&](std::size_t, ClassTrees trees) { classes.push_back(std::move(trees)); },
      [&](std::size_t done) {
        if (progress) progress(done, table.classes);
      });
  std::vector<float> base;
  std::vector<std::int32_t> count;
  std::vector<BoostedTree> trees;
  for (std::size_t s = 0; s < growth.shares; ++s) {
    for (const ClassTrees& of_class : classes) {
      base.push_back(of_class.base[s]);
      count.push_back(static_cast<std::int32_t>(of_class.trees[s].size()));
      trees.insert(trees.end(), of_class.trees[s].begin(), of_class.trees[s].end());
    }
  }
  return {table.measurements, growth.shares, std::move(base), std::move(count), std::move(trees)};
}

std::vector<float> BoostedTrees::logits(std::span<const float> row,
                                        std::optional<std::size_t> share) const {
  std::vector<float> out(classes());
  if (shares_ == 1) share.reset();
  for (std::size_t s = 0; s < shares_; ++s) {
    if (share && *share != s) continue;
    for (std::size_t c = 0; c < out.size(); ++c) {
      const std::size_t which = s * out.size() + c;
      float logit = base_[which];
      const auto trees =
          std::span(trees_).subspan(first_[which], static_cast<std::size_t>(count_[which]));
      for (const BoostedTree& tree : trees) logit += tree.at(row);
      out[c] += share ? logit : logit / static_cast<float>(shares_);
    }
  }
  return out;
}

}  // namespace liteheart
