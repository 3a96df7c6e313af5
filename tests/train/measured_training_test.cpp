// Models that have trees beside their network: what they say, and what a teacher's students are
// told.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "data/splits.h"
#include "measured/measurements.h"
#include "nn/model.h"
#include "train/measured_records.h"
#include "train/predict.h"
#include "train/teacher_cache.h"
#include "train/training.h"
#include "train/training_setup.h"

namespace liteheart {
namespace {

using test::Ended;
using test::train_apart;
using test::Training;
namespace fs = std::filesystem;

constexpr double kShare = 0.75;

std::vector<fs::path> measured_in(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().starts_with("measured-")) found.push_back(entry.path());
  return found;
}

const std::vector<int> kAll = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, kLeadI = {0};

void expect_same(const BoostedTrees& a, const BoostedTrees& b) {
  EXPECT_EQ(a.base(), b.base());
  ASSERT_EQ(a.count(), b.count());
  for (std::size_t i = 0; i < a.trees().size(); ++i) {
    const BoostedTree &x = a.trees()[i], &y = b.trees()[i];
    ASSERT_TRUE(std::ranges::equal(x.measurement, y.measurement)) << i;
    ASSERT_TRUE(std::ranges::equal(x.threshold, y.threshold)) << i;
    ASSERT_TRUE(std::ranges::equal(x.value, y.value)) << i;
  }
}

/// But for rounding, of which steep slopes, on few records, are the most sensitive.
void expect_same(const Decision& a, const Decision& b) {
  const auto near = [](float x, float y) { return std::abs(x - y) <= 1e-3F * (1 + std::abs(y)); };
  ASSERT_EQ(a.threshold.size(), b.threshold.size());
  for (std::size_t c = 0; c < a.threshold.size(); ++c) {
    EXPECT_PRED2(near, a.threshold[c], b.threshold[c]) << c;
    EXPECT_PRED2(near, a.slope[c], b.slope[c]) << c;
    EXPECT_PRED2(near, a.intercept[c], b.intercept[c]) << c;
  }
}

TEST(MeasuredShare, is_where_it_is_not_given_that_of_a_teacher_or_none) {
  TrainConfig config;
  config.measured_share = -1;
  config.lead = "all";
  EXPECT_EQ(measured_share(config), 0.75);
  EXPECT_TRUE(has_trees(config));
  EXPECT_TRUE(has_teachers_trees(config));
  const auto of_no_teacher = [&](auto change) {
    TrainConfig other = config;
    change(other);
    EXPECT_EQ(measured_share(other), 0);
    EXPECT_FALSE(has_trees(other));
    EXPECT_FALSE(has_teachers_trees(other));
    other.measured_share = 0.5;
    EXPECT_EQ(measured_share(other), 0.5);
    EXPECT_TRUE(has_trees(other));
    EXPECT_FALSE(has_teachers_trees(other));
  };
  of_no_teacher([](auto& c) { c.lead = "I"; });
  of_no_teacher([](auto& c) { c.lead = "I,II,V1,V2,V3,V4,V5,V6"; });
  of_no_teacher([](auto& c) { c.restoration = "tiny"; });
  of_no_teacher([](auto& c) { c.teacher = "teacher"; });
  config.measured_share = 0;
  EXPECT_FALSE(has_trees(config));
}

class MeasuringTeacher : public Training {
 protected:
  TrainConfig teacher_settings() {
    TrainConfig config = settings(out("measuring"));
    config.lead = "all";
    config.epochs = 1;
    config.measured_share = kShare;
    return config;
  }
  /// What it says of the records to validate with is the mean of what its network and its trees
  /// say; and each is decided as was learned from the labelled ones of these records.
  static void expect_mean_of_both(Model model, double labelled = 1) {
    const PreparedDataset set(data());
    const auto known = choose_labelled(set, labelled, 1);
    auto records = set.indices(Split::kValidate);
    std::erase_if(records, [&](std::size_t record) { return !known[record]; });
    const Predictions both = predict(model, set, records, {});
    const auto trees = std::exchange(model.trees, nullptr);
    const Predictions network = predict(model, set, records, {});
    const MeasuredRecords measured(set, model.card.leads);
    const double share = model.card.trees->share;
    for (std::size_t r = 0; r < records.size(); ++r) {
      const auto of_trees = trees->logits(measured.row(records[r]));
      for (std::size_t c = 0; c < both.classes; ++c) {
        const std::size_t i = r * both.classes + c;
        EXPECT_NEAR(both.logit[i], (1 - share) * network.logit[i] + share * of_trees[c], 1e-4);
      }
    }
    expect_same(model.card.decision, learn_decision(both));
    expect_same(model.card.network_decision, learn_decision(network));
    EXPECT_NE(model.card.decision.slope, model.card.network_decision.slope);
  }
  /// A model of lead I that restores the others and learns from a teacher without trees.
  TrainConfig student_settings(const std::string& name) {
    TrainConfig config = distil_settings(out(name));
    config.epochs = 1;
    config.measured_share = 0.5;
    return config;
  }
};

/// The dominant period of lead II, by its autocorrelation from 0.4 to 2 s.
double period_s(const PreparedDataset& data, std::size_t record) {
  const auto x = data.signal(record).subspan(static_cast<std::size_t>(data.conditioning().window),
                                             static_cast<std::size_t>(data.rows()[record].samples));
  const auto rate = static_cast<std::size_t>(data.conditioning().rate_hz);
  double highest = 0;
  std::size_t best = 0;
  for (std::size_t lag = 2 * rate / 5; lag <= 2 * rate; ++lag) {
    double sum = 0;
    for (std::size_t i = 0; i + lag < x.size(); ++i) sum += 1.0 * x[i] * x[i + lag];
    if (sum > highest) highest = sum, best = lag;
  }
  return static_cast<double>(best) / static_cast<double>(rate);
}

TEST_F(MeasuringTeacher, measures_every_record_once) {
  fs::copy(data(), out("data"));
  for (const auto& file : measured_in(out("data"))) fs::remove(file);
  const PreparedDataset set(out("data"));
  std::size_t told = 0;
  const MeasuredRecords first(set, kAll, [&](std::size_t done, std::size_t) { told = done; });
  EXPECT_LE(told, set.size());
  ASSERT_EQ(measured_in(out("data")).size(), 1u);
  const auto written = fs::last_write_time(measured_in(out("data"))[0]);
  bool again = false;
  const MeasuredRecords second(set, kAll, [&](std::size_t, std::size_t) { again = true; });
  EXPECT_FALSE(again);
  EXPECT_EQ(fs::last_write_time(measured_in(out("data"))[0]), written);

  constexpr std::size_t kLogRr = 169;
  std::vector<double> measured, expected;
  for (std::size_t i = 0; i < set.size(); ++i) {
    ASSERT_EQ(first.row(i).size(), kMeasurements);
    if (!std::isfinite(first.row(i)[kLogRr])) continue;
    EXPECT_EQ(first.row(i)[kLogRr], second.row(i)[kLogRr]);
    measured.push_back(first.row(i)[kLogRr]);
    expected.push_back(std::log(period_s(set, i)));
  }
  EXPECT_GT(measured.size(), set.size() * 3 / 4);
  EXPECT_GT(
      at::corrcoef(at::stack({at::tensor(measured), at::tensor(expected)}))[0][1].item<double>(),
      0.7);
}

TEST_F(MeasuringTeacher, refuses_kept_measurements_of_another_size) {
  fs::copy(data(), out("data"));
  const PreparedDataset set(out("data"));
  const MeasuredRecords once(set, kAll);
  ASSERT_EQ(measured_in(out("data")).size(), 1u);
  write_safetensors(measured_in(out("data"))[0], {{{"measured", at::zeros({3, 5})}}, {}});
  EXPECT_NE(test::error_of([&] { MeasuredRecords again(set, kAll); }).find("remove it"),
            std::string::npos);
  write_safetensors(measured_in(out("data"))[0], {});
  EXPECT_NE(test::error_of([&] { MeasuredRecords again(set, kAll); }).find("remove it"),
            std::string::npos);
}

TEST_F(MeasuringTeacher, says_what_its_network_and_its_trees_say) {
  ASSERT_EQ(train_apart(teacher_settings()).error, "");
  const Model model = load_model(out("measuring"));
  ASSERT_TRUE(model.trees);
  EXPECT_EQ(model.card.trees->share, kShare);
  EXPECT_EQ(model.trees->shares(), BoostedTrees::kShares);
  expect_mean_of_both(model);
}

TEST_F(MeasuringTeacher, tells_of_a_labelled_record_what_it_thought_without_it) {
  TrainConfig config = teacher_settings();
  config.labelled = 0.5;
  ASSERT_EQ(train_apart(config).error, "");
  TrainConfig student = distil_settings(out("student"));
  student.teacher = config.out;
  ASSERT_EQ(train_apart(student, {.stop_after_steps = 1}).error, "");  // looks through the teacher

  const PreparedDataset set(data());
  const auto records = set.indices(Split::kTrain);
  const auto known = choose_labelled(set, 0.5, 1);
  Model model = load_model(config.out);
  const TeacherView view =
      teacher_view(config.out, set, records, known, at::kCPU, false, false, {});
  const auto trees = std::exchange(model.trees, nullptr);
  const Predictions network = predict(model, set, records, {});
  const MeasuredRecords measured(set, kAll);
  std::size_t labelled = 0, told_apart = 0;
  for (std::size_t r = 0; r < records.size(); ++r) {
    const std::size_t share = share_of(set.rows()[records[r]]);
    const auto all = trees->logits(measured.row(records[r])),
               without = trees->logits(measured.row(records[r]), share);
    labelled += known[records[r]];
    for (std::size_t c = 0; c < network.classes; ++c) {
      const double expected = (1 - kShare) * network.logit[r * network.classes + c] +
                              kShare * (known[records[r]] ? without[c] : all[c]);
      const auto i = static_cast<std::int64_t>(r);
      const double said =
          at::logit(view.all.probability[i][static_cast<std::int64_t>(c)]).item<double>();
      EXPECT_NEAR(said, expected, 1e-3);
      told_apart += std::abs(all[c] - without[c]) > 0.01;
    }
  }
  EXPECT_GT(labelled, 0u);
  EXPECT_LT(labelled, records.size());
  EXPECT_GT(told_apart, 0u);
}

TEST_F(MeasuringTeacher, is_none_where_it_is_given_fewer_leads) {
  TrainConfig config = teacher_settings();
  config.lead = "I";
  config.measured_share = -1;
  ASSERT_EQ(train_apart(config).error, "");
  const Model without = load_model(config.out);
  EXPECT_FALSE(without.trees);
  EXPECT_FALSE(without.card.trees);
  EXPECT_TRUE(without.card.network_decision.threshold.empty());

  config.out = out("asked").string();
  config.measured_share = 0.5;
  ASSERT_EQ(train_apart(config).error, "");
  const Model with = load_model(config.out);
  ASSERT_TRUE(with.trees);
  EXPECT_EQ(with.card.trees->share, 0.5);
  EXPECT_EQ(with.trees->shares(), 1u);
  const PreparedDataset set(data());
  const auto records = set.indices(Split::kTrain);
  expect_same(*with.trees, imitate(set, MeasuredRecords(set, kLeadI), records, {}, {}));
  expect_mean_of_both(with);
}

TEST_F(MeasuringTeacher, or_another_has_students_whose_trees_think_of_every_record_what_it_does) {
  const TrainConfig config = student_settings("student");
  ASSERT_EQ(train_apart(config).error, "");
  const Model student = load_model(config.out);
  EXPECT_TRUE(student.card.restoration);
  ASSERT_TRUE(student.trees);
  EXPECT_EQ(student.trees->shares(), 1u);
  const PreparedDataset set(data());
  const auto records = set.indices(Split::kTrain);
  const TeacherView view =
      teacher_view(config.teacher, set, records, choose_labelled(set, config.labelled, 1), at::kCPU,
                   false, false, {});
  const MeasuredRecords measured(set, kLeadI);
  expect_same(*student.trees, imitate(set, measured, records, view.all.probability, {}));
  expect_mean_of_both(student, config.labelled);
}

TEST_F(MeasuringTeacher, stopped_while_its_trees_grow_says_how_it_goes_on_and_does) {
  const TrainConfig config = teacher_settings();
  ASSERT_EQ(train_apart(config).error, "");
  TrainConfig stopped = config;
  stopped.out += "-stopped";
  EXPECT_EQ(train_apart(stopped, {.stop_in_stage = "trees"}).error,
            stopped.out + ": stopped on request; the same command continues it");
  EXPECT_FALSE(fs::exists(fs::path(stopped.out) / "model.safetensors"));
  const Ended ended = train_apart(stopped);
  ASSERT_EQ(ended.error, "");
  EXPECT_EQ(ended.outcome.epochs, config.epochs);
  expect_same(*load_model(config.out).trees, *load_model(stopped.out).trees);
}

TEST_F(MeasuringTeacher, goes_on_after_an_interruption_as_if_there_had_been_none) {
  for (const TrainConfig& config : {teacher_settings(), student_settings("student")}) {
    SCOPED_TRACE(config.out);
    ASSERT_EQ(train_apart(config).error, "");
    TrainConfig stopped = config;
    stopped.out += "-stopped";
    train_apart(stopped, {.stop_after_steps = 2});
    ASSERT_FALSE(fs::exists(fs::path(stopped.out) / "model.safetensors"));
    ASSERT_EQ(train_apart(stopped).error, "");
    EXPECT_EQ(model_of(config).size(), model_of(stopped).size());
    const Model a = load_model(config.out), b = load_model(stopped.out);
    expect_same(*a.trees, *b.trees);
    EXPECT_EQ(a.card.network_decision.slope, b.card.network_decision.slope);
    for (std::size_t i = 0; i < a.state().size(); ++i)
      EXPECT_TRUE(at::equal(a.state()[i].second, b.state()[i].second)) << a.state()[i].first;
  }
}

}  // namespace
}  // namespace liteheart
