// Every setting of `liteheart train` and `liteheart distil`: one annotated struct from which the
// TOML parser, the command line, --help and docs/configuration.md are made. No libtorch here.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace liteheart {

/// The values here never change, for earlier trainings are known by what differs from them: a new
/// field begins as things were without it, a better default goes into train_defaults() or
/// distil_defaults().
struct TrainConfig {
  std::string data, out, start;
  std::string network = "student-tiny", restoration = "none", lead = "I", strides = "preset";
  double labelled = 1;
  std::string unlabelled_centres;
  std::uint64_t labelled_seed = 1, seed = 1;
  int epochs = 15, batch = 64;
  double labelled_share = 0.25;
  double learning_rate = 1e-3, weight_decay = 0.01, warmup_epochs = 1, clip = 2;
  double averaging = 0.998;
  double measured_share = 0;
  double cutmix = 1, cutmix_beta = 0.75, augment = 1;
  std::string selection = "map";
  int patience = 6;
  std::string precision = "auto", device = "auto";
  int threads = 0;
  double checkpoint_minutes = 2;

  std::string teacher;
  double weight_supervised = 1, weight_logit = 1, weight_correlation = 0, weight_pseudo = 0.5;
  double weight_restoration = 1, region_focus = 1, weight_region_features = 0.5,
         weight_region_agreement = 0.1;
  std::string region_map = "saliency";
  double weight_information = 0.2, weight_output_information = 0;
  std::string information_bound = "infonce";
  double true_leads_epochs = 0;
  std::string rival = "none";
  double weight_rival = 1;
};

/// One key: what it is called in TOML and, behind "--", on the command line; where it lives; what
/// it means.
struct ConfigField {
  std::string key;
  std::variant<std::string*, int*, double*, std::uint64_t*> value;
  std::string help;
  bool distil_only = false;
};
/// The fields of `config`, in the order help shows them.
std::vector<ConfigField> config_fields(TrainConfig& config);

/// What `liteheart train` and `liteheart distil` begin from.
TrainConfig train_defaults();
TrainConfig distil_defaults();

/// The numbers of "4-2-2"; none where it is not three of them, each from 1 to 16.
std::optional<std::array<int, 3>> parse_strides(const std::string& text);

/// Whether `liteheart train` does not know the key.
bool is_distil_only(std::string_view key);

/// Sets the keys that the TOML file gives. Throws Error (file, line, nearest key) on a key misspelt
/// or of the wrong type, and without `distil` on one that is distil's alone.
void read_config(const std::filesystem::path& file, TrainConfig& config, bool distil);

/// Throws Error naming the key, what it may be and what it was.
void check_config(const TrainConfig& config);

/// All keys and values.
nlohmann::json config_json(const TrainConfig& config);

/// docs/configuration.md.
std::string config_reference();

}  // namespace liteheart
