#include "data/splits.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <random>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "ecg/error.h"

namespace liteheart {
namespace {

// Groups with what they hold: how many records, and of each class how many positives.
struct Groups {
  std::vector<double> records;    // [group]
  std::vector<double> positives;  // [group, class]
};

Groups sum_up(std::span<const int> group, std::span<const std::uint8_t> labels,
              std::size_t classes) {
  const std::size_t count =
      group.empty() ? 0
                    : static_cast<std::size_t>(*std::max_element(group.begin(), group.end())) + 1;
  Groups groups{std::vector<double>(count), std::vector<double>(count * classes)};
  for (std::size_t i = 0; i < group.size(); ++i) {
    const auto g = static_cast<std::size_t>(group[i]);
    groups.records[g] += 1;
    for (std::size_t c = 0; c < classes; ++c)
      groups.positives[g * classes + c] += labels[i * classes + c] ? 1 : 0;
  }
  return groups;
}

// Fisher-Yates on the raw generator: std::shuffle's result differs between standard libraries.
void shuffle(std::vector<std::size_t>& order, std::mt19937_64& random) {
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
}

class Stratifier {
 public:
  Stratifier(const Groups& groups, std::size_t classes, std::span<const double> shares,
             std::uint64_t seed)
      : groups_(groups),
        classes_(classes),
        parts_(shares.size()),
        part_(groups.records.size(), -1) {
    order_.resize(groups.records.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::mt19937_64 random(seed);
    shuffle(order_, random);

    remaining_.assign(classes, 0);
    for (std::size_t i = 0; i < groups.positives.size(); ++i)
      remaining_[i % classes] += groups.positives[i];
    const double records = std::accumulate(groups.records.begin(), groups.records.end(), 0.0);
    for (const double share : shares) {
      wanted_records_.push_back(share * records);
      for (std::size_t c = 0; c < classes; ++c) wanted_.push_back(share * remaining_[c]);
    }
  }

  std::vector<int> run() {
    while (const auto rarest = rarest_class()) spread_class(*rarest);
    std::vector<std::size_t> rest;
    for (const std::size_t g : order_)
      if (part_[g] < 0) rest.push_back(g);
    std::stable_sort(rest.begin(), rest.end(), [&](std::size_t a, std::size_t b) {
      return groups_.records[a] > groups_.records[b];
    });
    for (const std::size_t g : rest) assign(g, neediest_part(std::nullopt));
    return std::move(part_);
  }

 private:
  // The class with the fewest positives still to be given out.
  std::optional<std::size_t> rarest_class() const {
    std::optional<std::size_t> rarest;
    for (std::size_t c = 0; c < classes_; ++c)
      if (remaining_[c] > 0 && (!rarest || remaining_[c] < remaining_[*rarest])) rarest = c;
    return rarest;
  }

  // Gives out every group with the class, those with most of it first.
  void spread_class(std::size_t c) {
    std::vector<std::size_t> holders;
    for (const std::size_t g : order_)
      if (part_[g] < 0 && positives(g, c) > 0) holders.push_back(g);
    std::stable_sort(holders.begin(), holders.end(), [&](std::size_t a, std::size_t b) {
      return positives(a, c) > positives(b, c);
    });
    for (const std::size_t g : holders) assign(g, neediest_part(c));
  }

  // The part that lacks most of the class; among equals the one that lacks most records.
  std::size_t neediest_part(std::optional<std::size_t> c) const {
    const auto lack = [&](std::size_t p) {
      return std::pair(c ? wanted_[p * classes_ + *c] : 0.0, wanted_records_[p]);
    };
    std::size_t neediest = 0;
    for (std::size_t p = 1; p < parts_; ++p)
      if (lack(p) > lack(neediest)) neediest = p;
    return neediest;
  }

  void assign(std::size_t g, std::size_t part) {
    part_[g] = static_cast<int>(part);
    wanted_records_[part] -= groups_.records[g];
    for (std::size_t c = 0; c < classes_; ++c) {
      wanted_[part * classes_ + c] -= positives(g, c);
      remaining_[c] -= positives(g, c);
    }
  }

  double positives(std::size_t g, std::size_t c) const {
    return groups_.positives[g * classes_ + c];
  }

  const Groups& groups_;
  std::size_t classes_, parts_;
  std::vector<int> part_;               // [group], -1 while not given out
  std::vector<std::size_t> order_;      // groups in random order
  std::vector<double> remaining_;       // [class] positives not yet given out
  std::vector<double> wanted_;          // [part, class] positives a part still lacks
  std::vector<double> wanted_records_;  // [part]
};

void check_shares(std::span<const double> shares) {
  const bool sound = !shares.empty() &&
                     std::all_of(shares.begin(), shares.end(), [](double s) { return s >= 0; }) &&
                     std::abs(std::accumulate(shares.begin(), shares.end(), 0.0) - 1) < 1e-6;
  if (!sound)
    throw Error("", "the shares of the splits do not sum to 1", "for example 0.8, 0.1 and 0.1");
}

}  // namespace

std::vector<int> stratify(std::span<const int> group, std::span<const std::uint8_t> labels,
                          std::size_t classes, std::span<const double> shares, std::uint64_t seed) {
  check_shares(shares);
  const Groups groups = sum_up(group, labels, classes);
  const std::vector<int> part_of_group = Stratifier(groups, classes, shares, seed).run();
  std::vector<int> part(group.size());
  for (std::size_t i = 0; i < group.size(); ++i)
    part[i] = part_of_group[static_cast<std::size_t>(group[i])];
  return part;
}

std::vector<int> patient_groups(std::span<const RecordRow> rows) {
  std::unordered_map<std::string_view, int> number;
  std::vector<int> groups;
  groups.reserve(rows.size());
  for (const RecordRow& row : rows)
    groups.push_back(number.emplace(row.patient, static_cast<int>(number.size())).first->second);
  return groups;
}

std::vector<int> stratify_patients(
    std::span<const RecordRow> rows, std::span<const std::size_t> members,
    const std::function<std::span<const std::uint8_t>(std::size_t)>& labels, std::size_t classes,
    std::span<const double> shares, std::uint64_t seed) {
  std::vector<RecordRow> rows_of;
  std::vector<std::uint8_t> labels_of;
  for (const std::size_t i : members) {
    rows_of.push_back(rows[i]);
    const auto own = labels(i);
    labels_of.insert(labels_of.end(), own.begin(), own.end());
  }
  return stratify(patient_groups(rows_of), labels_of, classes, shares, seed);
}

std::vector<std::uint8_t> choose_labelled(const PreparedDataset& data, double ratio,
                                          std::uint64_t seed,
                                          std::span<const std::string> unlabelled_centres) {
  if (!(ratio > 0 && ratio <= 1))
    throw Error("", "a labelled ratio of " + std::to_string(ratio) + " is not in (0, 1]",
                "0.1 uses the labels of one patient in ten");
  const std::vector<RecordRow>& all = data.rows();
  for (const std::string& name : unlabelled_centres)
    if (std::ranges::find(all, name, &RecordRow::centre) == all.end())
      throw Error(data.folder().string(), "has no centre called '" + name + "'",
                  "centres are called as records.csv there has them");
  const auto is_unlabelled = [&](std::size_t i) {
    return std::ranges::find(unlabelled_centres, all[i].centre) != unlabelled_centres.end();
  };
  std::vector<std::uint8_t> labelled(data.size(), 1);
  const std::array shares = {ratio, 1 - ratio};
  for (const Split split : {Split::kNone, Split::kTrain, Split::kValidate}) {
    std::vector<std::size_t> members = data.indices(split);
    std::erase_if(members, is_unlabelled);
    const std::vector<int> part = stratify_patients(
        all, members, [&](std::size_t i) { return data.labels(i); }, data.classes().size(), shares,
        seed);
    for (std::size_t k = 0; k < members.size(); ++k) labelled[members[k]] = part[k] == 0;
  }
  for (std::size_t i = 0; i < all.size(); ++i)
    if (is_unlabelled(i)) labelled[i] = 0;
  return labelled;
}

}  // namespace liteheart
