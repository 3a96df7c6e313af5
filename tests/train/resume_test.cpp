// A training that is killed or stopped goes on to the same result.
#include <random>
#include <set>

#include "train/checkpoint.h"
#include "train/training.h"

namespace liteheart {
namespace {

using nlohmann::json;
using test::Ended;
using test::Kill;
using test::log_of;
using test::train_apart;
using test::Training;
namespace fs = std::filesystem;

struct Halt {
  bool exists = false, finished = false;
  std::uint64_t step = 0;
};

Halt checkpoint_of(const fs::path& folder) {
  const auto saved = read_checkpoint(folder, json::object());
  return saved ? Halt{true, saved->progression.finished, saved->progression.step} : Halt{};
}

/// Trains `config` to its end, killed again and again at random moments on the way: more often
/// where a busy machine is killed before it has a checkpoint, and from the start where it came to
/// its end too quickly.
void train_under_fire(const TrainConfig& config) {
  constexpr int kKills = 6, kMostKills = 30, kFewestInterrupted = 2;
  std::mt19937_64 random(9);
  std::uniform_int_distribution<int> steps(0, 2);
  std::uniform_real_distribution<double> more(0, 1.5);
  int interrupted = 0;  // killed with a checkpoint to go on from
  std::uint64_t furthest = 0;
  for (int kill = 0; kill < kMostKills && (kill < kKills || interrupted < kFewestInterrupted);
       ++kill) {
    const Ended ended = train_apart(config, {.kill = Kill{steps(random), more(random)}});
    ASSERT_EQ(ended.error, "");
    const Halt halt = checkpoint_of(config.out);
    if (halt.finished && interrupted >= kFewestInterrupted) break;
    if (halt.finished) {
      fs::remove_all(config.out);
      interrupted = 0, furthest = 0;
      continue;
    }
    EXPECT_GE(halt.step, furthest) << "fell behind an earlier checkpoint";
    furthest = halt.step;
    interrupted += ended.killed && halt.exists;
  }
  EXPECT_GE(interrupted, kFewestInterrupted) << "the training was too quick to be interrupted";
  const Ended ended = train_apart(config);
  ASSERT_EQ(ended.error, "");
  EXPECT_TRUE(ended.outcome.finished);
}

TEST_F(Training, killed_at_any_moment_and_continued_is_bit_identical_to_an_undisturbed_one) {
  const TrainConfig undisturbed = settings(out("undisturbed")),
                    disturbed = settings(out("disturbed"));
  ASSERT_EQ(train_apart(undisturbed).error, "");
  train_under_fire(disturbed);
  EXPECT_TRUE(model_of(disturbed) == model_of(undisturbed));
  EXPECT_EQ(log_of(disturbed), log_of(undisturbed));
}

TEST_F(Training, by_distillation_killed_and_continued_is_bit_identical_to_an_undisturbed_one) {
  const TrainConfig undisturbed = distil_settings(out("undisturbed")),
                    disturbed = distil_settings(out("disturbed"));
  ASSERT_EQ(train_apart(undisturbed).error, "");
  for (const auto& cache : caches(teacher()))
    fs::remove(cache);  // killed while looking through the teacher, too
  train_under_fire(disturbed);
  EXPECT_TRUE(model_of(disturbed) == model_of(undisturbed));
  EXPECT_EQ(log_of(disturbed), log_of(undisturbed));
  EXPECT_EQ(log_of(disturbed).at(0).at("losses").size(), 9u) << "eight parts and their total";
}

TEST_F(Training, leaves_nothing_in_its_folder_but_its_four_files_however_often_it_was_killed) {
  const TrainConfig config = settings(out("killed"));
  train_under_fire(config);
  // What a kill in the middle of a write leaves.
  TrainConfig resumed = settings(out("resumed"));
  train_apart(resumed, {.stop_after_steps = 3});
  test::write_bytes(out("resumed") / "last.safetensors.tmp-1", "half a checkpoint");
  test::write_bytes(out("resumed") / "log.jsonl.tmp-23", "half a log");
  ASSERT_EQ(train_apart(resumed).error, "");
  for (const auto& name : {"killed", "resumed"}) {
    std::set<std::string> files;
    for (const auto& entry : fs::directory_iterator(out(name)))
      files.insert(entry.path().filename());
    EXPECT_EQ(files, (std::set<std::string>{"best.safetensors", "last.safetensors", "log.jsonl",
                                            "model.safetensors"}));
  }
}

TEST_F(Training, stopped_on_request_and_continued_is_bit_identical_to_an_undisturbed_one) {
  const TrainConfig undisturbed = settings(out("undisturbed"));
  TrainConfig stopped = settings(out("stopped"));
  stopped.checkpoint_minutes = 60;
  ASSERT_EQ(train_apart(undisturbed).error, "");
  for (int stops = 0;; ++stops) {
    ASSERT_LT(stops, 20);
    const Ended ended = train_apart(stopped, {.stop_after_steps = 3});
    ASSERT_EQ(ended.error, "");
    if (ended.outcome.finished) break;
    EXPECT_EQ(checkpoint_of(stopped.out).step, static_cast<std::uint64_t>(3 * (stops + 1)));
  }
  EXPECT_TRUE(model_of(stopped) == model_of(undisturbed));
}

}  // namespace
}  // namespace liteheart
