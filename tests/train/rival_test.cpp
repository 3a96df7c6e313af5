// Trainings by the methods that LiteHeart is compared with.
#include <cmath>

#include "distill/rivals.h"
#include "nn/model.h"
#include "train/training.h"

namespace liteheart {
namespace {

using nlohmann::json;
using test::Ended;
using test::log_of;
using test::train_apart;
using test::Training;
namespace fs = std::filesystem;

/// The given short training with a rival, half of its patients labelled.
TrainConfig with_rival(TrainConfig config, const std::string& rival, const fs::path& teacher) {
  config.batch = 16;
  config.labelled = 0.5;
  config.epochs = 1;
  config.checkpoint_minutes = 60;
  config.rival = rival;
  if (rival == "none" || find_rival(rival)->teacher) config.teacher = teacher.string();
  return config;
}

TEST_F(Training, with_any_rival_comes_to_a_model_of_its_own_by_a_finite_loss) {
  std::vector<std::string> models;
  for (const std::string name : {"none", "none-alone"}) {
    TrainConfig config = with_rival(settings(out(name)), "none", teacher());
    if (name == "none-alone") config.teacher.clear();
    ASSERT_EQ(train_apart(config).error, "") << name;
    models.push_back(model_of(config));
  }
  for (const Rival& rival : kRivals) {
    const std::string name(rival.name);
    const TrainConfig config = with_rival(settings(out(name)), name, teacher());
    ASSERT_EQ(train_apart(config).error, "") << name;
    const double loss = log_of(config).back().at("losses").at("rival").get<double>();
    EXPECT_TRUE(std::isfinite(loss) && loss >= 0) << name << ' ' << loss;
    for (const std::string& model : models) EXPECT_FALSE(model_of(config) == model) << name;
    models.push_back(model_of(config));
  }
}

TEST_F(Training, with_a_rival_that_keeps_state_is_bit_identical_however_often_it_was_stopped) {
  for (const std::string name : {"crd", "softmatch", "mean-teacher"}) {
    TrainConfig config = with_rival(settings(out(name)), name, teacher());
    config.epochs = 2;
    ASSERT_EQ(train_apart(config).error, "");
    TrainConfig stopped = config;
    stopped.out = out(name + " stopped").string();
    for (int stops = 0;; ++stops) {
      ASSERT_LT(stops, 20);
      const Ended ended = train_apart(stopped, {.stop_after_steps = 2});
      ASSERT_EQ(ended.error, "");
      if (ended.outcome.finished) {
        EXPECT_GE(stops, 2);
        break;
      }
    }
    EXPECT_TRUE(model_of(stopped) == model_of(config)) << name;
    EXPECT_EQ(log_of(stopped), log_of(config)) << name;
  }
}

TEST_F(Training, with_the_teachers_classifier_keeps_it_folded_into_the_students_head) {
  TrainConfig config = with_rival(settings(out("simkd")), "simkd", teacher());
  config.weight_supervised = 0;
  ASSERT_EQ(train_apart(config).error, "");
  const Model student = load_model(config.out);
  const at::Tensor& hidden = student.backbone->hidden->weight;
  EXPECT_TRUE(at::allclose(hidden, at::eye(hidden.size(0)), 0, 1e-6));
}

TEST_F(Training, asks_for_the_teachers_blocks_only_where_they_are_compared) {
  const auto mine = out("teacher");
  fs::create_directories(mine);
  fs::copy_file(teacher() / "model.safetensors", mine / "model.safetensors");
  const auto files = [&] { return std::distance(fs::directory_iterator(mine), {}); };
  ASSERT_EQ(train_apart(with_rival(settings(out("dkd")), "dkd", mine)).error, "");
  EXPECT_EQ(files(), 2);
  ASSERT_EQ(train_apart(with_rival(settings(out("vid")), "vid", mine)).error, "");
  EXPECT_EQ(files(), 3);
  EXPECT_FALSE(
      train_apart(with_rival(settings(out("fitnets")), "fitnets", mine)).looked_through_teacher);
}

TEST_F(Training, that_learns_from_unlabelled_records_is_refused_where_there_are_none) {
  TrainConfig config = with_rival(settings(out("fixmatch")), "fixmatch", teacher());
  config.labelled = 0.9999;
  const std::string error = train_apart(config).error;
  EXPECT_NE(error.find("fixmatch"), std::string::npos) << error;
  EXPECT_NE(error.find("--labelled"), std::string::npos) << error;
  config.labelled = 0.5;
  config.labelled_share = 1;
  EXPECT_NE(train_apart(config).error.find("below 1 where rival is 'fixmatch'"), std::string::npos);
}

}  // namespace
}  // namespace liteheart
