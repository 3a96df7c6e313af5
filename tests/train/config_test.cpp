#include "train/config.h"

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>

#include "distill/rivals.h"
#include "train/training_data.h"

namespace liteheart {
namespace {

using nlohmann::json;
using test::error_of;

class ConfigFile : public testing::Test {
 protected:
  TrainConfig read(const std::string& text, bool distil = true) {
    test::write_bytes(file, text);
    TrainConfig config;
    read_config(file, config, distil);
    return config;
  }
  std::string error_reading(const std::string& text) {
    return error_of([&] { read(text); });
  }
  test::ScratchFolder folder;
  std::filesystem::path file = folder.path() / "settings.toml";
};

std::string toml(const json& config) {
  std::string text;
  for (const auto& [key, value] : config.items())
    text += fmt::format("{} = {}\n", key, value.dump());
  return text;
}

/// Every key at a value that is not its default.
json all_changed() {
  json changed = config_json(TrainConfig{});
  for (auto& [key, value] : changed.items()) {
    if (value.is_string())
      value = fmt::format("a \"new\" {}", key);
    else if (value.is_number_float())
      value = value.get<double>() + 0.3;
    else
      value = value.get<std::uint64_t>() + 2;
  }
  return changed;
}

TEST_F(ConfigFile, sets_each_field_by_its_key_and_no_other) {
  const json defaults = config_json(TrainConfig{}), changed = all_changed();
  TrainConfig unused;
  EXPECT_EQ(changed.size(), config_fields(unused).size());
  for (const auto& [key, value] : changed.items()) {
    json expected = defaults;
    expected[key] = value;
    EXPECT_EQ(config_json(read(toml({{key, value}}))), expected);
  }
}

TEST_F(ConfigFile, keeps_every_value_through_a_round_trip) {
  const json changed = all_changed();
  EXPECT_EQ(config_json(read(toml(changed))), changed);
}

TEST_F(ConfigFile, takes_a_whole_number_for_a_real_setting) {
  EXPECT_EQ(read("learning_rate = 1").learning_rate, 1);
}

TEST_F(ConfigFile, with_a_misspelt_key_is_an_error_with_file_line_and_nearest_key) {
  const std::string error = error_reading("epochs = 2\n\nlerning_rate = 0.1\n");
  EXPECT_NE(error.find(file.string() + " line 3"), std::string::npos) << error;
  EXPECT_NE(error.find("'lerning_rate'"), std::string::npos) << error;
  EXPECT_NE(error.find("'learning_rate'"), std::string::npos) << error;
  EXPECT_NE(error_reading("weight_pseudo_ = 1").find("'weight_pseudo'"), std::string::npos);
  EXPECT_NE(error_reading("[training]\nepochs = 2").find("'training'"), std::string::npos);
}

TEST_F(ConfigFile, of_train_refuses_what_is_a_setting_of_distil) {
  EXPECT_EQ(read("epochs = 2", false).epochs, 2);
  const std::string error = error_of([&] { read("epochs = 2\nweight_logit = 1\n", false); });
  EXPECT_NE(error.find(file.string() + " line 2"), std::string::npos) << error;
  EXPECT_NE(error.find("'weight_logit' is a setting of liteheart distil"), std::string::npos)
      << error;
}

TEST_F(ConfigFile, with_a_value_of_another_type_is_an_error_that_names_key_and_line) {
  for (const std::string line : {"epochs = \"2\"", "epochs = 2.5", "epochs = -1", "epochs = true",
                                 "epochs = 4294967297", "epochs = [2]", "seed = -1", "seed = 0.5",
                                 "learning_rate = \"fast\"", "learning_rate = true", "network = 3",
                                 "network = [\"student-tiny\"]", "data = { path = \"x\" }"}) {
    const std::string error = error_reading(fmt::format("batch = 8\n{}", line));
    EXPECT_NE(error.find(file.string() + " line 2"), std::string::npos) << line << ": " << error;
    EXPECT_NE(error.find(fmt::format("'{}'", line.substr(0, line.find(' ')))), std::string::npos)
        << line << ": " << error;
  }
}

TEST_F(ConfigFile, that_is_no_toml_or_not_there_is_an_error_that_names_it) {
  EXPECT_NE(error_reading("epochs = 2\nbatch 8").find(file.string() + " line 2"),
            std::string::npos);
  EXPECT_NE(error_reading("epochs = 2\nepochs = 3").find(file.string() + " line 2"),
            std::string::npos);
  TrainConfig config;
  const auto missing = folder.path() / "missing.toml";
  EXPECT_NE(error_of([&] { read_config(missing, config, true); }).find(missing.string()),
            std::string::npos);
}

TrainConfig good() {
  TrainConfig config;
  config.data = "data";
  config.out = "out";
  return config;
}

TEST(CheckConfig, accepts_the_defaults_with_data_and_out) {
  EXPECT_EQ(error_of([] { check_config(good()); }), "");
}

TEST(CheckConfig, refuses_each_bad_value_by_its_key) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::pair<std::string, std::vector<json>>> bad = {
      {"data", {""}},
      {"out", {""}},
      {"labelled", {0.0, -0.1, 1.1}},
      {"epochs", {0, -1}},
      {"batch", {0, 1, -4}},
      {"labelled_share", {0.0, 1.5}},
      {"learning_rate", {0.0, -1.0, 2.0}},
      {"weight_decay", {-0.1}},
      {"warmup_epochs", {-1.0}},
      {"clip", {0.0, -1.0}},
      {"averaging", {-0.1, 1.0}},
      {"cutmix", {-0.1, 1.1}},
      {"cutmix_beta", {0.0, -1.0}},
      {"augment", {-1.0, 11.0}},
      {"selection", {"loss"}},
      {"region_map", {"lead", ""}},
      {"true_leads_epochs", {-1.0}},
      {"patience", {0}},
      {"precision", {"fp16", ""}},
      {"device", {"gpu"}},
      {"checkpoint_minutes", {0.0, -1.0}},
      {"weight_supervised", {-1.0}},
      {"weight_logit", {-1.0}},
      {"weight_pseudo", {-1.0}},
      {"weight_restoration", {-1.0}},
      {"region_focus", {-1.0}},
      {"weight_region_features", {-1.0}},
      {"weight_region_agreement", {-1.0}},
      {"weight_output_information", {-1.0}},
      {"weight_correlation", {-1.0}},
      {"weight_information", {-1.0}},
      {"rival", {"mine", "", "crd"}},
      {"weight_rival", {-1.0}},
  };
  for (const auto& [key, values] : bad) {
    for (const json& value : values) {
      TrainConfig config = good();
      for (const ConfigField& field : config_fields(config)) {
        if (field.key != key) continue;
        std::visit(
            [&](auto* target) {
              *target = value.get<std::remove_reference_t<decltype(*target)>>();
            },
            field.value);
      }
      EXPECT_NE(error_of([&] { check_config(config); }).find(key), std::string::npos)
          << key << " = " << value;
    }
  }
  TrainConfig config = good();
  for (const ConfigField& field : config_fields(config)) {
    if (!std::holds_alternative<double*>(field.value)) continue;
    double& value = *std::get<double*>(field.value);
    const double before = std::exchange(value, nan);
    EXPECT_NE(error_of([&] { check_config(config); }).find(field.key), std::string::npos)
        << field.key << " = nan";
    value = before;
  }
}

TEST(CheckConfig, refuses_probes_that_nothing_is_asked_of) {
  TrainConfig config = good();
  config.weight_output_information = 1;
  EXPECT_EQ(error_of([&] { check_config(config); }), "");
  config.weight_logit = config.weight_correlation = 0;
  EXPECT_NE(error_of([&] { check_config(config); }).find("weight_output_information"),
            std::string::npos);
}

TEST(CheckConfig, says_what_the_value_was) {
  TrainConfig config = good();
  config.precision = "fp8";
  EXPECT_NE(error_of([&] { check_config(config); }).find("'fp8'"), std::string::npos);
  config = good();
  config.cutmix = 1.25;
  EXPECT_NE(error_of([&] { check_config(config); }).find("is 1.25"), std::string::npos);
}

TEST(CheckConfig, refuses_losses_that_train_nothing) {
  TrainConfig config = good();
  config.weight_supervised = 0;
  EXPECT_NE(error_of([&] { check_config(config); }).find("weight_supervised"), std::string::npos);
  config.teacher = "teacher";
  EXPECT_EQ(error_of([&] { check_config(config); }), "");
  config.weight_logit = 0;
  EXPECT_NE(error_of([&] { check_config(config); }).find("weight_logit"), std::string::npos);
}

TEST(CheckConfig, refuses_a_rival_that_lacks_its_teacher_its_unlabelled_records_or_its_mean) {
  const auto error = [](const std::function<void(TrainConfig&)>& change) {
    TrainConfig config = good();
    config.labelled = 0.1;
    change(config);
    return error_of([&] { check_config(config); });
  };
  for (const Rival& rival : kRivals) {
    SCOPED_TRACE(rival.name);
    const auto with = [&](TrainConfig& c) { c.rival = rival.name; };
    EXPECT_EQ(error([&](TrainConfig& c) { with(c), c.teacher = "teacher"; }), "");
    EXPECT_EQ(error(with).find("teacher") != std::string::npos, rival.teacher);
    const bool semi_supervised = rival.weak_view != WeakView::kNone;
    const std::string all =
        error([&](TrainConfig& c) { with(c), c.teacher = "teacher", c.labelled = 1; });
    EXPECT_EQ(all.find("--labelled") != std::string::npos, semi_supervised) << all;
    const std::string plain =
        error([&](TrainConfig& c) { with(c), c.teacher = "teacher", c.averaging = 0; });
    EXPECT_EQ(plain.find("averaging") != std::string::npos, rival.weak_view == WeakView::kMean);
    const std::string alone = error([&](TrainConfig& c) {
      with(c), c.teacher = "teacher", c.weight_supervised = c.weight_logit = 0;
    });
    EXPECT_EQ(alone.empty(), rival.trains_output) << alone;
  }
}

TEST(ConfigReference, has_a_row_with_the_default_of_every_key) {
  const std::string reference = config_reference();
  TrainConfig defaults;
  for (const ConfigField& field : config_fields(defaults)) {
    EXPECT_NE(reference.find(fmt::format("| `{}` | `", field.key)), std::string::npos) << field.key;
    EXPECT_FALSE(field.help.empty());
  }
  EXPECT_NE(reference.find("| `learning_rate` | `0.001` |"), std::string::npos);
  EXPECT_NE(reference.find("| `network` | `\"student-tiny\"` |"), std::string::npos);
}

}  // namespace
}  // namespace liteheart
