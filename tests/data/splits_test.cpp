#include "data/splits.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "small_data.h"

namespace liteheart {
namespace {

// 3000 records of about 2000 patients; class c has a share of 1 / (3 + 12 c).
struct Population {
  static constexpr std::size_t kRecords = 3000, kClasses = 10;
  std::vector<int> patient;
  std::vector<std::uint8_t> labels;

  Population() {
    std::mt19937_64 random(7);
    int next = 0;
    for (std::size_t i = 0; i < kRecords; ++i) {
      const bool again = next > 0 && random() % 3 == 0;
      patient.push_back(again ? static_cast<int>(random() % static_cast<unsigned>(next)) : next++);
      for (std::size_t c = 0; c < kClasses; ++c) labels.push_back(random() % (3 + 12 * c) == 0);
    }
  }
};

double share_of_positives(const Population& people, const std::vector<int>& part, int which,
                          std::size_t c) {
  double inside = 0, all = 0;
  for (std::size_t i = 0; i < Population::kRecords; ++i) {
    const bool positive = people.labels[i * Population::kClasses + c] != 0;
    all += positive;
    inside += positive && part[i] == which;
  }
  return inside / all;
}

std::string error_of_shares(std::vector<double> shares) {
  return test::error_of(
      [&] { stratify(std::vector{0}, std::vector<std::uint8_t>{1}, 1, shares, 1); });
}

TEST(Stratify, NeverDividesAGroup) {
  const Population people;
  const auto part =
      stratify(people.patient, people.labels, Population::kClasses, std::vector{0.8, 0.1, 0.1}, 1);
  std::map<int, std::set<int>> parts_of;
  for (std::size_t i = 0; i < part.size(); ++i) parts_of[people.patient[i]].insert(part[i]);
  for (const auto& [patient, parts] : parts_of) EXPECT_EQ(parts.size(), 1u) << patient;
}

TEST(Stratify, SpreadsEveryClassAndTheRecordsAsTheSharesAsk) {
  const Population people;
  const std::vector shares = {0.7, 0.2, 0.1};
  const auto part = stratify(people.patient, people.labels, Population::kClasses, shares, 1);
  for (int p = 0; p < 3; ++p) {
    const double wanted = shares[static_cast<std::size_t>(p)];
    for (std::size_t c = 0; c < Population::kClasses; ++c)
      EXPECT_NEAR(share_of_positives(people, part, p, c), wanted, 0.03) << c;
    EXPECT_NEAR(static_cast<double>(std::ranges::count(part, p)) / Population::kRecords, wanted,
                0.01);
  }
}

TEST(Stratify, GivesARareClassToEveryPartThatAsksForOne) {
  std::vector<int> patient(100);
  std::iota(patient.begin(), patient.end(), 0);
  std::vector<std::uint8_t> labels(200);
  for (std::size_t i = 0; i < 100; ++i) labels[2 * i] = i % 2;       // common
  for (std::size_t i = 0; i < 4; ++i) labels[2 * (25 * i) + 1] = 1;  // four positives
  const auto part = stratify(patient, labels, 2, std::vector{0.5, 0.25, 0.25}, 3);
  std::map<int, int> rare;
  for (std::size_t i = 0; i < 4; ++i) ++rare[part[25 * i]];
  EXPECT_EQ(rare, (std::map<int, int>{{0, 2}, {1, 1}, {2, 1}}));
}

TEST(Stratify, IsTheSameForASeedAndAnotherForAnother) {
  const Population people;
  const auto run = [&](std::uint64_t seed) {
    return stratify(people.patient, people.labels, Population::kClasses, std::vector{0.5, 0.5},
                    seed);
  };
  EXPECT_EQ(run(5), run(5));
  EXPECT_NE(run(5), run(6));
}

TEST(Stratify, RefusesSharesThatDoNotSumToOne) {
  EXPECT_NE(error_of_shares({0.5, 0.4}).find("do not sum to 1"), std::string::npos);
  EXPECT_NE(error_of_shares({1.5, -0.5}), "");
  EXPECT_NE(error_of_shares({}), "");
  EXPECT_EQ(error_of_shares({1, 0}), "");
}

TEST(Stratify, AcceptsNoRecordsAndNoClasses) {
  EXPECT_TRUE(stratify({}, {}, 3, std::vector{0.5, 0.5}, 1).empty());
  const auto part = stratify(std::vector{0, 1, 2, 3}, {}, 0, std::vector{0.5, 0.5}, 1);
  EXPECT_EQ(std::ranges::count(part, 0), 2);
}

TEST(PatientGroups, NumberPatientsInOrderOfAppearance) {
  const std::vector<RecordRow> rows = {
      test::small_row("a", "p9", Split::kTrain), test::small_row("b", "p2", Split::kTrain),
      test::small_row("c", "p9", Split::kTest), test::small_row("d", "p1", Split::kTrain)};
  EXPECT_EQ(patient_groups(rows), (std::vector{0, 1, 0, 2}));
}

class Labelled : public test::Scratch {
 protected:
  Labelled() {
    const Population people;
    std::vector<RecordRow> rows;
    for (std::size_t i = 0; i < Population::kRecords; ++i) {
      const int patient = people.patient[i];
      const Split split = patient % 10 == 0   ? Split::kTest
                          : patient % 10 == 1 ? Split::kValidate
                                              : Split::kTrain;
      rows.push_back(test::small_row(fmt::format("r{}", i), std::to_string(patient), split));
    }
    std::vector<Diagnosis> classes;
    for (std::size_t c = 0; c < Population::kClasses; ++c)
      classes.push_back({std::to_string(c), fmt::format("C{}", c), "class", true, ""});
    test::write_small_dataset(folder, rows, people.labels, classes);
  }
};

TEST_F(Labelled, RatioHoldsForTheRecordsAndEveryClassOfEachSplit) {
  const PreparedDataset data(folder);
  const auto labelled = choose_labelled(data, 0.1, 1);
  for (const Split split : {Split::kTrain, Split::kValidate}) {
    const auto members = data.indices(split);
    double chosen = 0;
    for (const std::size_t i : members) chosen += labelled[i];
    EXPECT_NEAR(chosen / static_cast<double>(members.size()), 0.1, 0.02);
    for (std::size_t c = 0; c < data.classes().size(); ++c) {
      double inside = 0, all = 0;
      for (const std::size_t i : members) {
        all += data.labels(i)[c];
        inside += data.labels(i)[c] * labelled[i];
      }
      EXPECT_NEAR(inside, 0.1 * all, 1.5 + 0.02 * all) << c;
    }
  }
}

TEST_F(Labelled, WholePatientsAreLabelledOrNot) {
  const PreparedDataset data(folder);
  const auto labelled = choose_labelled(data, 0.3, 1);
  std::map<std::string, std::set<int>> seen;
  for (std::size_t i = 0; i < data.size(); ++i) seen[data.rows()[i].patient].insert(labelled[i]);
  for (const auto& [patient, values] : seen) EXPECT_EQ(values.size(), 1u) << patient;
}

TEST_F(Labelled, TheTestSplitAndRatioOneAreAlwaysLabelled) {
  const PreparedDataset data(folder);
  const auto some = choose_labelled(data, 0.05, 1);
  for (const std::size_t i : data.indices(Split::kTest)) EXPECT_EQ(some[i], 1);
  const auto all = choose_labelled(data, 1, 1);
  EXPECT_EQ(std::ranges::count(all, 1), static_cast<std::ptrdiff_t>(data.size()));
}

TEST_F(Labelled, ChoiceFollowsTheSeed) {
  const PreparedDataset data(folder);
  EXPECT_EQ(choose_labelled(data, 0.1, 4), choose_labelled(data, 0.1, 4));
  EXPECT_NE(choose_labelled(data, 0.1, 4), choose_labelled(data, 0.1, 5));
}

TEST_F(Labelled, UnlabelledCentresDoNotChangeTheChoiceAmongTheOthers) {
  const PreparedDataset data(folder);
  std::vector<RecordRow> rows = data.rows();
  std::vector<std::uint8_t> labels;
  for (std::size_t i = 0; i < 2 * data.size(); ++i) {
    const auto own = data.labels(i % data.size());
    labels.insert(labels.end(), own.begin(), own.end());
    if (i < data.size()) continue;
    rows.push_back(rows[i - data.size()]);
    rows.back().centre = "new";
    rows.back().patient += " of the new centre";
  }
  test::write_small_dataset(folder / "both", rows, labels, data.classes());
  const PreparedDataset both(folder / "both");
  const std::vector<std::string> new_ones = {"new"}, nowhere = {"new", "nowhere"};
  auto expected = choose_labelled(data, 0.1, 1);
  expected.resize(both.size());
  EXPECT_EQ(choose_labelled(both, 0.1, 1, new_ones), expected);
  EXPECT_NE(test::error_of([&] { choose_labelled(both, 0.1, 1, nowhere); }).find("'nowhere'"),
            std::string::npos);
}

TEST_F(Labelled, ARatioOutsideZeroToOneIsRefused) {
  const PreparedDataset data(folder);
  for (const double ratio : {0.0, -1.0, 1.1, std::nan("")})
    EXPECT_NE(test::error_of([&] { choose_labelled(data, ratio, 1); }), "") << ratio;
}

}  // namespace
}  // namespace liteheart
