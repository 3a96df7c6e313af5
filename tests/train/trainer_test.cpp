// Whole trainings on simulated recordings. Each runs in a process of its own, which may be killed;
// libtorch's autograd does not survive a fork, so this process itself never trains.
#include "train/trainer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "data/simulator.h"
#include "ecg/vocabulary.h"
#include "nn/runtime.h"
#include "train/checkpoint.h"
#include "train/log.h"
#include "train/predict.h"
#include "train/teacher_cache.h"
#include "train/training_data.h"

namespace liteheart {
namespace {

using nlohmann::json;
using test::error_of;
using test::read_bytes;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// How a training ended.
struct Ended {
  bool killed = false;
  std::string error;
  TrainOutcome outcome;
  bool looked_through_teacher = false;  // computed its view, instead of reading the cache
};

/// Kills a training some time after it has done some steps, told in the time that a step takes.
struct Kill {
  int after_steps = 0;
  double and_steps = 0;
};

struct Interruption {
  std::optional<Kill> kill = std::nullopt;
  int stop_after_steps = 0;  // 0: never
};

/// Trains, and calls `each_step` behind every step.
json train_here(const TrainConfig& config, int stop_after_steps,
                const std::function<void()>& each_step) {
  bool looked = false;
  int steps = 0;
  std::atomic<bool> stop = false;
  TrainCallbacks callbacks;
  callbacks.stop = &stop;
  callbacks.progress = [&](const std::string& stage, std::size_t, std::size_t, const std::string&) {
    looked = looked || stage == "teacher";
    if (stage == "teacher") return;
    stop = ++steps == stop_after_steps;
    each_step();
  };
  try {
    const TrainOutcome o = train(config, callbacks);
    return {{"finished", o.finished},
            {"was_complete", o.was_complete},
            {"best_epoch", o.best_epoch},
            {"epochs", o.epochs},
            {"best_map", o.best_map},
            {"looked", looked},
            {"error", ""}};
  } catch (const Error& e) {
    return {{"error", e.what()}, {"looked", looked}};
  } catch (const std::exception& e) {
    return {{"error", std::string("not an Error: ") + e.what()}, {"looked", looked}};
  }
}

/// What a training in another process writes: a dot a step, and behind them how it ended.
class Messages {
 public:
  explicit Messages(int descriptor) : descriptor_(descriptor) {}
  ~Messages() { ::close(descriptor_); }
  Messages(const Messages&) = delete;
  Messages& operator=(const Messages&) = delete;

  int steps() const {
    return static_cast<int>(std::min(text_.find_first_not_of('.'), text_.size()));
  }
  /// Waits for the next; false when there are no more.
  bool read_some() {
    char buffer[4096];
    const ssize_t got = ::read(descriptor_, buffer, sizeof buffer);
    if (got > 0) text_.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  }
  json end() const {
    return json::parse(text_.substr(static_cast<std::size_t>(steps())), nullptr, false);
  }

 private:
  int descriptor_;
  std::string text_;
};

[[noreturn]] void train_and_exit(const TrainConfig& config, int stop_after_steps, int channel) {
  configure_runtime(1);
  bool sent = true;
  const auto send = [&](const std::string& text) {
    sent = sent && ::write(channel, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  };
  send(train_here(config, stop_after_steps, [&] { send("."); }).dump());
  ::_exit(sent ? 0 : 1);
}

Ended train_apart(const TrainConfig& config, const Interruption& interruption = {}) {
  int channel[2];
  if (::pipe(channel) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(channel[0]);
    train_and_exit(config, interruption.stop_after_steps, channel[1]);
  }
  ::close(channel[1]);
  Messages messages(channel[0]);
  if (const auto kill = interruption.kill) {
    const auto start = Clock::now();
    while (messages.steps() < kill->after_steps && messages.read_some()) {
    }
    std::this_thread::sleep_for((Clock::now() - start) * kill->and_steps / (kill->after_steps + 1));
    ::kill(child, SIGKILL);
  }
  while (messages.read_some()) {
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  Ended ended;
  ended.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  const json said = messages.end();
  if (said.is_discarded()) {
    if (!ended.killed) ended.error = "the training died";
    return ended;
  }
  ended.error = said.at("error");
  ended.looked_through_teacher = said.at("looked");
  if (ended.error.empty()) {
    ended.outcome = {said.at("finished"), said.at("was_complete"), said.at("best_epoch"),
                     said.at("epochs"),   said.at("best_map"),     0};
  }
  return ended;
}

class Training : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    at::set_num_threads(1);
    shared_ = std::make_unique<test::ScratchFolder>();
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

  static fs::path data() { return shared_->path() / "data"; }
  static fs::path teacher() { return shared_->path() / "teacher"; }

  /// A baseline of two epochs with checkpoints at every step.
  static TrainConfig settings(const fs::path& out) {
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
            0;
    return config;
  }
  /// LiteHeart with all its parts.
  static TrainConfig distil_settings(const fs::path& out) {
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
    config.labelled = 0.5;
    config.teacher = teacher().string();
    return config;
  }
  static std::string model_of(const TrainConfig& config) {
    return read_bytes(fs::path(config.out) / "model.safetensors");
  }
  static std::vector<fs::path> caches(const fs::path& folder) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().filename().string().starts_with("teacher-cache-"))
        found.push_back(entry.path());
    }
    return found;
  }

  /// Trains `config` to its end, killed again and again at random moments on the way.
  static void train_under_fire(const TrainConfig& config);

  fs::path out(const std::string& name) const { return own_.path() / name; }

 private:
  inline static std::unique_ptr<test::ScratchFolder> shared_;
  test::ScratchFolder own_;
};

struct Halt {
  bool exists = false, finished = false;
  std::uint64_t step = 0;
};

Halt checkpoint_of(const fs::path& folder) {
  const auto saved = read_checkpoint(folder, json::object());
  return saved ? Halt{true, saved->progression.finished, saved->progression.step} : Halt{};
}

/// The log without what depends on the machine's speed.
std::vector<json> log_of(const TrainConfig& config) {
  std::vector<json> lines;
  std::istringstream in(read_bytes(fs::path(config.out) / "log.jsonl"));
  for (std::string text; std::getline(in, text);) {
    lines.push_back(json::parse(text));
    lines.back().erase("records_per_second");
  }
  return lines;
}

void Training::train_under_fire(const TrainConfig& config) {
  constexpr int kKills = 6;
  std::mt19937_64 random(9);
  std::uniform_int_distribution<int> steps(0, 2);
  std::uniform_real_distribution<double> more(0, 1.5);
  int interrupted = 0;  // killed with a checkpoint to go on from
  std::uint64_t furthest = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    const Ended ended = train_apart(config, {.kill = Kill{steps(random), more(random)}});
    ASSERT_EQ(ended.error, "");
    const Halt halt = checkpoint_of(config.out);
    if (halt.finished) break;
    EXPECT_GE(halt.step, furthest) << "fell behind an earlier checkpoint";
    furthest = halt.step;
    interrupted += ended.killed && halt.exists;
  }
  EXPECT_GE(interrupted, 2) << "the training was too quick to be interrupted";
  const Ended ended = train_apart(config);
  ASSERT_EQ(ended.error, "");
  EXPECT_TRUE(ended.outcome.finished);
}

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
  EXPECT_EQ(log_of(disturbed).at(0).at("losses").size(), 8u) << "seven parts and their total";
}

TEST_F(Training, leaves_nothing_in_its_folder_but_its_four_files_however_often_it_was_killed) {
  const TrainConfig config = settings(out("killed"));
  train_under_fire(config);
  // What a kill in the middle of a write leaves.
  TrainConfig resumed = settings(out("resumed"));
  train_apart(resumed, {.stop_after_steps = 3});
  test::write_bytes(out("resumed") / "last.safetensors.tmp-1", "half a checkpoint");
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

TEST_F(Training, of_other_settings_in_the_same_folder_is_an_error_that_names_the_setting) {
  const TrainConfig config = settings(out("mine"));
  ASSERT_EQ(train_apart(config, {.stop_after_steps = 1}).error, "");
  TrainConfig other = config;
  other.learning_rate = 2e-3;
  const std::string error = train_apart(other).error;
  EXPECT_NE(error.find("learning_rate = 0.001, not 0.002"), std::string::npos) << error;
  EXPECT_NE(error.find(checkpoint_file(config.out).string()), std::string::npos) << error;
  other = config;
  other.lead = "II";
  EXPECT_NE(train_apart(other).error.find("lead"), std::string::npos);
  other = config;  // what does not change the result may change
  other.threads = 2;
  other.checkpoint_minutes = 1;
  EXPECT_EQ(train_apart(other).error, "");
}

TEST_F(Training, with_another_teacher_or_data_set_of_the_same_name_is_not_the_same_training) {
  const auto copy = [&](const std::string& name, std::uint64_t seed) {
    TrainConfig config = settings(out(name) / "teacher");
    config.lead = "all";
    config.epochs = 1;
    config.seed = seed;
    fs::create_directories(out(name));
    EXPECT_EQ(train_apart(config).error, "");
    return (out(name) / "teacher").string();
  };
  TrainConfig config = distil_settings(out("student"));
  config.teacher = copy("one", 1);
  ASSERT_EQ(train_apart(config, {.stop_after_steps = 1}).error, "");
  config.teacher = copy("two", 2);
  EXPECT_NE(train_apart(config).error.find("teacher"), std::string::npos);

  TrainConfig baseline = settings(out("baseline"));
  ASSERT_EQ(train_apart(baseline, {.stop_after_steps = 1}).error, "");
  fs::create_directories(out("elsewhere"));
  fs::copy(data(), out("elsewhere") / "data");
  std::string labels = read_bytes(out("elsewhere") / "data" / "records.csv");
  const auto row = labels.find(",train");
  ASSERT_NE(row, std::string::npos);
  labels.replace(row, 6, ",none ");
  labels.erase(row + 5, 1);
  test::write_bytes(out("elsewhere") / "data" / "records.csv", labels);
  baseline.data = (out("elsewhere") / "data").string();
  EXPECT_NE(train_apart(baseline).error.find("data"), std::string::npos);
}

TEST_F(Training, with_a_damaged_checkpoint_is_an_error_that_names_it) {
  const TrainConfig config = settings(out("damaged"));
  ASSERT_EQ(train_apart(config, {.stop_after_steps = 1}).error, "");
  const auto file = checkpoint_file(config.out);
  const std::string bytes = read_bytes(file);
  test::write_bytes(file, bytes.substr(0, bytes.size() / 2));
  EXPECT_NE(train_apart(config).error.find(file.string()), std::string::npos);
}

TEST_F(Training, that_cannot_learn_anything_is_an_error_before_it_begins) {
  TrainConfig nothing = settings(out("nothing"));
  nothing.weight_supervised = 0;
  EXPECT_NE(train_apart(nothing).error.find("weight_supervised"), std::string::npos);
  TrainConfig missing = settings(out("missing"));
  missing.data = (out("missing") / "none").string();
  EXPECT_NE(train_apart(missing).error.find(missing.data), std::string::npos);
  TrainConfig strides = settings(out("strides"));
  for (const char* bad : {"2-2", "2-2-4-2", "3-2-2", "0-2-2", "x"}) {
    strides.strides = bad;
    EXPECT_NE(train_apart(strides).error.find("strides"), std::string::npos) << bad;
  }
  for (const auto& cache : caches(teacher())) fs::remove(cache);
  for (const auto& [key, setting] : {std::pair{"network", &TrainConfig::network},
                                     {"restoration", &TrainConfig::restoration},
                                     {"lead", &TrainConfig::lead},
                                     {"information_bound", &TrainConfig::information_bound}}) {
    TrainConfig bad = distil_settings(out(key));
    bad.*setting = "nonesuch";
    const Ended ended = train_apart(bad);
    EXPECT_NE(ended.error.find(key), std::string::npos) << ended.error;
    EXPECT_FALSE(ended.looked_through_teacher) << key << " is refused after minutes only";
  }
}

TEST_F(Training, reads_the_cached_view_of_the_teacher_and_looks_again_when_the_teacher_changes) {
  const auto mine = out("teacher");
  fs::create_directories(mine);
  fs::copy_file(teacher() / "model.safetensors", mine / "model.safetensors");
  TrainConfig config = distil_settings(out("first"));
  config.teacher = mine.string();
  EXPECT_TRUE(train_apart(config, {.stop_after_steps = 1}).looked_through_teacher);
  ASSERT_EQ(caches(mine).size(), 1u);
  const fs::path cache = caches(mine)[0];
  const auto written = fs::last_write_time(cache);

  config.out = out("second").string();
  EXPECT_FALSE(train_apart(config, {.stop_after_steps = 1}).looked_through_teacher);
  EXPECT_EQ(caches(mine).size(), 1u);
  EXPECT_EQ(fs::last_write_time(cache), written);

  Model changed = load_model(mine);
  {
    at::NoGradGuard no_grad;
    changed.backbone->output->bias.add_(1);
  }
  save_model(mine / "model.safetensors", changed);
  config.out = out("third").string();
  EXPECT_TRUE(train_apart(config, {.stop_after_steps = 1}).looked_through_teacher);
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

TEST_F(Training, model_predicts_the_same_in_batches_of_any_size_and_knows_its_data) {
  Model model = load_model(teacher());
  const PreparedDataset set(data());
  const auto records = set.indices(Split::kValidate);
  PredictOptions options;
  options.batch = 5;
  std::size_t seen = 0;
  options.each = [&](std::size_t done, const at::Tensor& signal, const at::Tensor& restored) {
    EXPECT_EQ(static_cast<std::size_t>(signal.size(0)), done - seen);
    EXPECT_FALSE(restored.defined());
    seen = done;
  };
  const Predictions small = predict(model, set, records, options);
  EXPECT_EQ(seen, records.size());
  options.each = {};
  options.batch = 128;
  const Predictions large = predict(model, set, records, options);
  ASSERT_EQ(small.logit.size(), records.size() * set.classes().size());
  for (std::size_t i = 0; i < small.logit.size(); ++i)
    EXPECT_NEAR(small.logit[i], large.logit[i], 1e-4);
  for (std::size_t r = 0; r < records.size(); ++r) {
    for (std::size_t c = 0; c < small.classes; ++c) {
      EXPECT_EQ(small.label[r * small.classes + c], set.labels(records[r])[c]);
    }
  }
  model.card.classes[0].code = "0";
  EXPECT_NE(error_of([&] { predict(model, set, records, options); }).find(set.classes()[0].code),
            std::string::npos);
  model = load_model(teacher());
  model.card.conditioning.low_hz = 0.5;
  EXPECT_NE(error_of([&] { predict(model, set, records, options); }).find("conditioning"),
            std::string::npos);
}

TEST(TeacherViewRows, are_mixed_as_the_batch_was) {
  TeacherView view;
  view.all.probability = at::rand({9, 3});
  view.all.calibrated = at::rand({9, 3});
  view.all.map = at::rand({9, 12, kBins});
  view.all.features = at::rand({9, 5, kBins}).to(at::kBFloat16);
  view.all.embeddings = {at::rand({9, 4}).to(at::kBFloat16)};
  const std::vector<std::size_t> rows = {7, 2, 4};
  Batch batch;
  batch.cutmix = {{1, 0, 2}, 16, 48};
  const TeacherOpinion some = view.rows(rows, batch, at::kCPU);

  const auto near = [](const at::Tensor& a, const at::Tensor& b) {
    return at::allclose(a, b.to(at::kFloat), 1e-5, 1e-6);
  };
  const auto half = [](const at::Tensor& all) {
    return (all[7].to(at::kFloat) + all[2].to(at::kFloat)) / 2;
  };
  EXPECT_TRUE(near(some.probability[0], half(view.all.probability)));
  EXPECT_TRUE(near(some.calibrated[1], half(view.all.calibrated)));
  EXPECT_TRUE(near(some.embeddings[0][0], half(view.all.embeddings[0])));
  EXPECT_TRUE(near(some.map[0].slice(1, 16, 48), view.all.map[2].slice(1, 16, 48)));
  EXPECT_TRUE(near(some.map[0].slice(1, 0, 16), view.all.map[7].slice(1, 0, 16)));
  EXPECT_TRUE(near(some.map[0].slice(1, 48), view.all.map[7].slice(1, 48)));
  EXPECT_TRUE(near(some.features[1].slice(1, 16, 48), view.all.features[7].slice(1, 16, 48)));
  EXPECT_TRUE(near(some.features[2], view.all.features[4]));
}

TEST(TrainingLog, continues_without_lines_of_later_steps_or_a_half_written_one) {
  const test::ScratchFolder folder;
  const auto file = folder.path() / "log.jsonl";
  test::write_bytes(file,
                    "{\"step\":50}\n{\"step\":100,\"epoch\":1}\n{\"step\":150}\n3\n{\"step\":2");
  {
    TrainLog log(file, 100);
    log.line({{"step", 120}});
    log.flush();
  }
  EXPECT_EQ(read_bytes(file), "{\"step\":50}\n{\"step\":100,\"epoch\":1}\n{\"step\":120}\n");
  TrainLog anew(file, 0);
  EXPECT_EQ(read_bytes(file), "");
  const auto nowhere = folder.path() / "none" / "log.jsonl";
  EXPECT_NE(error_of([&] { TrainLog(nowhere, 0); }).find(nowhere.string()), std::string::npos);
}

TEST(CheckpointFile, keeps_every_number_of_the_progression) {
  const test::ScratchFolder folder;
  EXPECT_FALSE(read_checkpoint(folder.path(), {}));
  Checkpoint written;
  written.config = {{"epochs", 3}, {"learning_rate", 0.1}};
  written.progression = {12, 11, 1, 2, 1.0 / 3, 0.7, true, {{"total", 0.1 + 0.2}}};
  written.tensors = {{"x", at::arange(3, at::kFloat)}};
  write_checkpoint(folder.path(), written);
  const auto read = read_checkpoint(folder.path(), written.config);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->progression.step, 12u);
  EXPECT_EQ(read->progression.optimizer_steps, 11);
  EXPECT_EQ(read->progression.best_epoch, 1);
  EXPECT_EQ(read->progression.epochs_done, 2);
  EXPECT_EQ(read->progression.best_map, 1.0 / 3);
  EXPECT_EQ(read->progression.seconds, 0.7);
  EXPECT_TRUE(read->progression.finished);
  EXPECT_EQ(read->progression.sums.at("total").get<double>(), 0.1 + 0.2);
  EXPECT_TRUE(at::equal(read->tensors[0].second, at::arange(3, at::kFloat)));
}

}  // namespace
}  // namespace liteheart
