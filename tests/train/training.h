// The fixture of whole trainings: simulated recordings, settings that make them short, and a
// teacher.
#pragma once

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "data/prepare.h"
#include "data/simulator.h"
#include "ecg/vocabulary.h"
#include "scratch.h"
#include "train/train_apart.h"

namespace liteheart::test {

/// One suite across files, so that data and teacher are made once.
class Training : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    at::set_num_threads(1);
    shared_ = std::make_unique<ScratchFolder>();
    SimulatedCentre centre = simulated_centres()[0];
    centre.rate_hz = 100;
    simulate_centre(centre, 72, 5, shared_->path() / "recordings");
    PrepareOptions prepared;
    prepared.sources = {shared_->path() / "recordings"};
    prepared.out = data();
    prepared.classes = {"NSR", "AF", "LBBB", "RBBB"};
    prepared.train_folds = {1, 2, 3, 4, 5, 6};
    prepared.validate_folds = {7, 8, 9, 10};
    prepared.test_folds = {};
    prepared.threads = 1;
    prepare(prepared, Vocabulary::standard(), {});
    TrainConfig config = settings(teacher());
    config.lead = "all";
    config.epochs = 1;
    const Ended ended = train_apart(config);
    ASSERT_EQ(ended.error, "");
  }
  static void TearDownTestSuite() { shared_.reset(); }

  static std::filesystem::path data() { return shared_->path() / "data"; }
  static std::filesystem::path teacher() { return shared_->path() / "teacher"; }

  /// A baseline of two epochs with checkpoints at every step.
  static TrainConfig settings(const std::filesystem::path& out) {
    TrainConfig config;
    config.data = data().string();
    config.out = out.string();
    config.epochs = 2;
    config.batch = 8;
    config.precision = "fp32";
    config.device = "cpu";
    config.threads = 1;
    config.checkpoint_minutes = 1e-6;
    config.weight_logit = config.weight_pseudo = config.region_focus =
        config.weight_region_features = config.weight_region_agreement = config.weight_information =
            config.weight_output_information = 0;
    return config;
  }
  /// LiteHeart with all its parts.
  static TrainConfig distil_settings(const std::filesystem::path& out) {
    TrainConfig config;
    const TrainConfig plain = settings(out);
    config.data = plain.data;
    config.out = plain.out;
    config.epochs = plain.epochs;
    config.batch = 16;
    config.precision = plain.precision;
    config.device = plain.device;
    config.threads = plain.threads;
    config.checkpoint_minutes = plain.checkpoint_minutes;
    config.restoration = "tiny";
    config.weight_output_information = 0.5;
    config.labelled = 0.5;
    config.teacher = teacher().string();
    return config;
  }
  static std::string model_of(const TrainConfig& config) {
    return read_bytes(std::filesystem::path(config.out) / "model.safetensors");
  }
  static std::vector<std::filesystem::path> caches(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().filename().string().starts_with("teacher-cache-"))
        found.push_back(entry.path());
    }
    return found;
  }

  std::filesystem::path out(const std::string& name) const { return own_.path() / name; }

 private:
  inline static std::unique_ptr<ScratchFolder> shared_;
  ScratchFolder own_;
};

/// The log without what depends on the machine's speed.
inline std::vector<nlohmann::json> log_of(const TrainConfig& config) {
  std::vector<nlohmann::json> lines;
  std::istringstream in(read_bytes(std::filesystem::path(config.out) / "log.jsonl"));
  for (std::string text; std::getline(in, text);) {
    lines.push_back(nlohmann::json::parse(text));
    lines.back().erase("records_per_second");
    lines.back().erase("seconds");
  }
  return lines;
}

}  // namespace liteheart::test
