// A 12-lead model that has trees beside its network: what it says, and what its students are told.
#include <ATen/ATen.h>

#include <cmath>

#include "data/splits.h"
#include "measured/measurements.h"
#include "nn/model.h"
#include "train/measured_records.h"
#include "train/predict.h"
#include "train/teacher_cache.h"
#include "train/training.h"

namespace liteheart {
namespace {

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

class MeasuringTeacher : public Training {
 protected:
  TrainConfig teacher_settings() {
    TrainConfig config = settings(out("measuring"));
    config.lead = "all";
    config.epochs = 1;
    config.measured_share = kShare;
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
  const MeasuredRecords first(set, [&](std::size_t done, std::size_t) { told = done; });
  EXPECT_LE(told, set.size());
  ASSERT_EQ(measured_in(out("data")).size(), 1u);
  const auto written = fs::last_write_time(measured_in(out("data"))[0]);
  bool again = false;
  const MeasuredRecords second(set, [&](std::size_t, std::size_t) { again = true; });
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
  const MeasuredRecords once(set);
  ASSERT_EQ(measured_in(out("data")).size(), 1u);
  write_safetensors(measured_in(out("data"))[0], {{{"measured", at::zeros({3, 5})}}, {}});
  EXPECT_NE(test::error_of([&] { MeasuredRecords again(set); }).find("remove it"),
            std::string::npos);
  write_safetensors(measured_in(out("data"))[0], {});
  EXPECT_NE(test::error_of([&] { MeasuredRecords again(set); }).find("remove it"),
            std::string::npos);
}

TEST_F(MeasuringTeacher, says_what_its_network_and_its_trees_say) {
  ASSERT_EQ(train_apart(teacher_settings()).error, "");
  Model model = load_model(out("measuring"));
  ASSERT_TRUE(model.trees);
  EXPECT_EQ(model.card.trees->share, kShare);
  const PreparedDataset set(data());
  const auto records = set.indices(Split::kValidate);
  const Predictions both = predict(model, set, records, {});
  const auto trees = std::exchange(model.trees, nullptr);
  const Predictions network = predict(model, set, records, {});
  const MeasuredRecords measured(set);
  for (std::size_t r = 0; r < records.size(); ++r) {
    const auto of_trees = trees->logits(measured.row(records[r]));
    for (std::size_t c = 0; c < both.classes; ++c) {
      const std::size_t i = r * both.classes + c;
      EXPECT_NEAR(both.logit[i], (1 - kShare) * network.logit[i] + kShare * of_trees[c], 1e-4);
    }
  }
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
  const MeasuredRecords measured(set);
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

TEST_F(MeasuringTeacher, has_no_trees_where_it_is_given_fewer_leads) {
  TrainConfig config = teacher_settings();
  config.lead = "I";
  ASSERT_EQ(train_apart(config).error, "");
  EXPECT_FALSE(load_model(config.out).trees);
}

TEST_F(MeasuringTeacher, goes_on_after_an_interruption_as_if_there_had_been_none) {
  TrainConfig config = teacher_settings();
  ASSERT_EQ(train_apart(config).error, "");
  TrainConfig stopped = config;
  stopped.out = out("measuring2").string();
  train_apart(stopped, {.stop_after_steps = 2});
  ASSERT_EQ(train_apart(stopped).error, "");
  EXPECT_EQ(model_of(config).size(), model_of(stopped).size());
  const Model a = load_model(config.out), b = load_model(stopped.out);
  EXPECT_EQ(a.trees->count(), b.trees->count());
  for (std::size_t i = 0; i < a.state().size(); ++i)
    EXPECT_TRUE(at::equal(a.state()[i].second, b.state()[i].second)) << a.state()[i].first;
}

}  // namespace
}  // namespace liteheart
