// What a whole training does when nothing disturbs it.
#include "train/trainer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "nn/weights.h"
#include "train/training.h"

namespace liteheart {
namespace {

using nlohmann::json;
using test::Ended;
using test::log_of;
using test::train_apart;
using test::Training;
namespace fs = std::filesystem;

TEST_F(Training, with_the_same_seed_is_bit_identical_and_with_another_is_not) {
  TrainConfig config = settings(out("a"));
  ASSERT_EQ(train_apart(config).error, "");
  const std::string first = model_of(config);
  config.out = out("b").string();
  ASSERT_EQ(train_apart(config).error, "");
  EXPECT_FALSE(first.empty());
  EXPECT_TRUE(model_of(config) == first);

  config.out = out("c").string();
  config.seed = 2;
  ASSERT_EQ(train_apart(config).error, "");
  EXPECT_FALSE(
      read_safetensors(out("c") / "model.safetensors")
          .tensors[0]
          .second.equal(read_safetensors(out("a") / "model.safetensors").tensors[0].second));
}

TEST_F(Training, by_distillation_lowers_its_total_loss_and_each_part) {
  TrainConfig config = distil_settings(out("long"));
  config.epochs = 6;
  config.warmup_epochs = 0;
  config.cutmix = config.augment = 0;
  config.weight_supervised = 0;  // labels and a teacher of one epoch pull in different directions
  config.checkpoint_minutes = 60;
  ASSERT_EQ(train_apart(config).error, "");
  std::vector<json> losses;
  for (const json& line : log_of(config)) {
    if (line.contains("epoch")) losses.push_back(line.at("losses"));
  }
  ASSERT_EQ(losses.size(), 6u);
  for (const char* part : {"total", "restoration", "logit", "region_features", "information"}) {
    EXPECT_LT(losses.back().at(part).get<double>(), losses.front().at(part).get<double>()) << part;
  }
}

TEST_F(Training, by_distillation_leaves_unlabelled_records_out_where_a_batch_has_no_share_of_them) {
  for (const double share : {0.25, 1.0}) {
    TrainConfig config = distil_settings(out(share < 1 ? "with" : "without"));
    config.labelled = 0.5;
    config.labelled_share = share;
    config.epochs = 1;
    ASSERT_EQ(train_apart(config).error, "");
    const json epoch = log_of(config).back().at("losses");
    EXPECT_EQ(epoch.contains("pseudo"), share < 1) << epoch.dump();
    EXPECT_TRUE(epoch.contains("logit")) << epoch.dump();
  }
}

TEST_F(Training, by_distillation_follows_the_map_of_its_configuration) {
  std::set<double> losses;  // of the first epoch, from the same weights and records
  for (const std::string map : {"saliency", "time", "uniform"}) {
    TrainConfig config = distil_settings(out(map));
    config.region_map = map;
    config.epochs = 1;
    config.learning_rate = 1e-9;
    ASSERT_EQ(train_apart(config).error, "");
    losses.insert(log_of(config).back().at("losses").at("restoration").get<double>());
  }
  EXPECT_EQ(losses.size(), 3u);
}

TEST_F(Training, by_distillation_passes_from_the_true_leads_to_the_restored_ones) {
  const auto logit_losses = [&](const std::string& name, double true_leads_epochs,
                                const std::string& start) {
    TrainConfig config = distil_settings(out(name));
    config.true_leads_epochs = true_leads_epochs;
    config.start = start;
    config.learning_rate = 1e-9;  // only what the student is given differs
    config.averaging = 0;
    EXPECT_EQ(train_apart(config).error, "");
    std::vector<double> losses;
    for (const json& line : log_of(config)) {
      if (line.contains("epoch")) losses.push_back(line.at("losses").at("logit").get<double>());
    }
    return losses;
  };
  const auto restored = logit_losses("restored", 0, ""), passing = logit_losses("passing", 1, "");
  ASSERT_GE(restored.size(), 2u);
  ASSERT_EQ(passing.size(), restored.size());
  EXPECT_GT(std::abs(passing[0] - restored[0]), 1e-5);
  EXPECT_NEAR(passing[1], restored[1], 1e-6);
  // Who begins with trained weights knows the true leads already.
  const std::string start = out("restored").string();
  EXPECT_EQ(logit_losses("again", 1, start), logit_losses("as it was", 0, start));
}

TEST_F(Training, keeps_the_epoch_that_its_selection_calls_best) {
  bool disagree = false;  // else this shows nothing
  for (const std::string selection : {"map", "auc"}) {
    TrainConfig config = settings(out(selection));
    config.selection = selection;
    config.epochs = config.patience = 12;
    config.learning_rate = 0.004;  // uneven epochs
    config.averaging = 0;
    ASSERT_EQ(train_apart(config).error, "");
    std::map<std::string, double> best = {{"map", -1}, {"auc", -1}};
    for (const json& line : log_of(config)) {
      if (!line.contains("epoch")) continue;
      std::map<std::string, bool> better;
      for (auto& [metric, so_far] : best) {
        const double value = line.at("validation_" + metric);
        better[metric] = value > so_far;
        so_far = std::max(so_far, value);
      }
      EXPECT_EQ(line.at("best").get<bool>(), better[selection]) << line.dump();
      disagree |= better["map"] != better["auc"];
    }
    EXPECT_GE(best[selection], 0);
  }
  EXPECT_TRUE(disagree);
}

TEST_F(Training, without_a_selection_keeps_the_last_epoch) {
  TrainConfig config = settings(out("last"));
  config.selection = "last";
  config.epochs = 4;
  config.patience = 1;
  config.learning_rate = 1e-9;  // so that epochs are hardly better than the first
  ASSERT_EQ(train_apart(config).error, "");
  int epochs = 0;
  double best = -1;
  bool worse = false;  // else this shows nothing
  for (const json& line : log_of(config)) {
    if (!line.contains("epoch")) continue;
    ++epochs;
    EXPECT_TRUE(line.at("best").get<bool>()) << line.dump();
    const double map = line.at("validation_map");
    worse |= map <= best;
    best = std::max(best, map);
  }
  EXPECT_EQ(epochs, 4);
  EXPECT_TRUE(worse);
}

TEST_F(Training, from_a_trained_model_begins_with_its_weights) {
  const TrainConfig first = settings(out("first"));
  ASSERT_EQ(train_apart(first).error, "");
  TrainConfig config = settings(out("next"));
  config.start = first.out;
  config.seed = 7;
  config.epochs = 1;
  config.learning_rate = 1e-9;
  ASSERT_EQ(train_apart(config).error, "");
  const NamedTensors began = read_safetensors(out("first") / "model.safetensors").tensors,
                     ended = read_safetensors(out("next") / "model.safetensors").tensors;
  ASSERT_EQ(began.size(), ended.size());
  for (std::size_t i = 0; i < began.size(); ++i) {
    if (began[i].first.find("running") != std::string::npos) continue;  // of the signals seen
    EXPECT_TRUE(at::allclose(began[i].second, ended[i].second, 0, 1e-6)) << began[i].first;
  }
}

TEST_F(Training, that_is_finished_has_nothing_to_do_when_run_again) {
  const TrainConfig config = settings(out("done"));
  const Ended first = train_apart(config);
  ASSERT_EQ(first.error, "");
  EXPECT_TRUE(first.outcome.finished);
  EXPECT_FALSE(first.outcome.was_complete);
  EXPECT_EQ(first.outcome.epochs, 2);
  const auto written = fs::last_write_time(out("done") / "model.safetensors");
  const Ended again = train_apart(config);
  EXPECT_TRUE(again.outcome.was_complete);
  EXPECT_EQ(again.outcome.best_epoch, first.outcome.best_epoch);
  EXPECT_EQ(again.outcome.best_map, first.outcome.best_map);
  EXPECT_EQ(fs::last_write_time(out("done") / "model.safetensors"), written);
}

}  // namespace
}  // namespace liteheart
