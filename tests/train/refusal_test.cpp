// Trainings that must not begin, or not go on from what lies in their folder.
#include "train/checkpoint.h"
#include "train/training.h"

namespace liteheart {
namespace {

using test::Ended;
using test::read_bytes;
using test::train_apart;
using test::Training;
namespace fs = std::filesystem;

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

TEST_F(Training, from_a_model_of_other_leads_or_for_a_centre_that_is_not_there_is_an_error) {
  TrainConfig config = settings(out("start"));
  config.start = teacher().string();  // of 12 leads
  EXPECT_NE(train_apart(config).error.find("leads"), std::string::npos);
  config.start.clear();
  config.unlabelled_centres = "alpha,nowhere";
  const std::string error = train_apart(config).error;
  EXPECT_NE(error.find("no centre called 'nowhere'"), std::string::npos) << error;
  config.unlabelled_centres = "alpha";  // the only one: no label is left
  EXPECT_NE(train_apart(config).error.find("no labelled record"), std::string::npos);
}

TEST_F(Training, that_nothing_could_be_measured_on_is_an_error) {
  TrainConfig config = settings(out("unmeasured"));
  config.labelled = 0.02;  // a validation record or two
  const std::string error = train_apart(config).error;
  EXPECT_NE(error.find("is both present and absent among the"), std::string::npos) << error;
}

TEST_F(Training, with_a_damaged_checkpoint_is_an_error_that_names_it) {
  const TrainConfig config = settings(out("damaged"));
  ASSERT_EQ(train_apart(config, {.stop_after_steps = 1}).error, "");
  const auto file = checkpoint_file(config.out);
  const std::string bytes = read_bytes(file);
  test::write_bytes(file, bytes.substr(0, bytes.size() / 2));
  const std::string error = train_apart(config).error;
  EXPECT_NE(error.find(file.string()), std::string::npos);
  EXPECT_NE(error.find("remove it to begin again"), std::string::npos) << error;
  EXPECT_EQ(error.find("make it again"), std::string::npos) << "two ways out: " << error;
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

}  // namespace
}  // namespace liteheart
