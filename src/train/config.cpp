#include "train/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "distill/rivals.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

std::string default_text(const ConfigField& field) {
  return std::visit(
      [](const auto* value) -> std::string {
        if constexpr (std::is_same_v<decltype(value), const std::string*>) {
          return "\"" + *value + "\"";
        } else {
          return fmt::format("{}", *value);
        }
      },
      field.value);
}

void require(bool condition, const char* key, const std::string& wants, const std::string& is) {
  if (!condition)
    throw Error(std::string("setting ") + key, fmt::format("is {}: must be {}", is, wants));
}

void require(bool condition, const char* key, const std::string& wants, double is) {
  require(condition, key, wants, fmt::format("{}", is));
}

/// Those that learn from a teacher, or the others.
std::string rival_names(bool teacher) {
  std::string names;
  for (const Rival& rival : kRivals) {
    if (rival.teacher == teacher) names.append(names.empty() ? "" : ", ").append(rival.name);
  }
  return names;
}

void check_rival(const TrainConfig& c) {
  if (c.rival == "none") return;
  const Rival* rival = find_rival(c.rival);
  const std::string is = "'" + c.rival + "'";
  require(rival != nullptr, "rival",
          fmt::format("one of none, {}, {}", rival_names(true), rival_names(false)), is);
  require(!rival->teacher || !c.teacher.empty(), "rival",
          "one of none, " + rival_names(false) + " where there is no teacher", is);
  if (rival->weak_view != WeakView::kNone) {
    if (c.labelled >= 1) {
      throw Error("setting rival",
                  "is " + is + ": it learns from unlabelled records, and there are none",
                  "set --labelled below 1");
    }
    require(c.labelled_share < 1, "labelled_share",
            "below 1 where rival is " + is + ", which learns from unlabelled records",
            c.labelled_share);
  }
  if (rival->weak_view == WeakView::kMean) {
    require(c.averaging > 0, "averaging", "above 0 where rival is " + is, c.averaging);
  }
}

}  // namespace

std::vector<ConfigField> config_fields(TrainConfig& c) {
  return {
      {"data", &c.data, "folder of a prepared data set (liteheart prepare)"},
      {"out", &c.out, "folder of this training; the same command continues what it finds there"},
      {"start", &c.start,
       "trained model (folder or file) of the same networks, leads, classes and conditioning whose "
       "weights are the first ones: to adapt it to another centre, or to go on from it"},
      {"network", &c.network,
       "student-tiny, student-small, student-base, teacher-base, teacher-medium or teacher-large"},
      {"restoration", &c.restoration,
       "restoration net before the network: none, tiny, small or base"},
      {"lead", &c.lead, "leads the system is given: one (I), several (I,V1) or all"},
      {"strides", &c.strides,
       "encoder strides such as 4-2-2, or preset: 2-2-4 at 100 Hz, 4-4-4 at 500 Hz"},
      {"labelled", &c.labelled,
       "share of the patients whose labels may be used, training and validation alike"},
      {"labelled_seed", &c.labelled_seed, "seed of the choice of labelled patients"},
      {"unlabelled_centres", &c.unlabelled_centres,
       "centres, separated by commas, whose labels are not used at all: what a model is adapted "
       "to"},
      {"seed", &c.seed,
       "seed of initial weights, order and augmentation: same seed, same result (one thread)"},
      {"epochs", &c.epochs,
       "passes; one pass has as many steps as all training records need, labelled or not"},
      {"batch", &c.batch, "records per step"},
      {"labelled_share", &c.labelled_share,
       "share of labelled records in a batch, where unlabelled ones are used too; 1: they are not"},
      {"learning_rate", &c.learning_rate,
       "peak rate of AdamW; linear warm-up, then linear decay to zero"},
      {"weight_decay", &c.weight_decay, "decoupled weight decay of AdamW"},
      {"warmup_epochs", &c.warmup_epochs, "epochs of linear warm-up"},
      {"clip", &c.clip, "largest norm of the gradient"},
      {"averaging", &c.averaging,
       "decay, a step, of the running mean of the weights, which is what is validated and kept; 0 "
       "is off"},
      {"measured_share", &c.measured_share,
       "how much of the logit is that of boosted trees, which judge rate, intervals, waves and "
       "beats as measured on the leads that the model is given; they learn what the teacher thinks "
       "of all records, or from the labels where there is none; 0: the network's alone; -1: 0.75 "
       "where train is given all leads, else 0"},
      {"cutmix", &c.cutmix, "probability that a batch is mixed by CutMix; 0 is off"},
      {"cutmix_beta", &c.cutmix_beta, "Beta parameter of CutMix"},
      {"augment", &c.augment, "strength of gain, noise and loss augmentation; 0 is off"},
      {"selection", &c.selection,
       "what chooses the epoch on the validation split: map (mean average precision), auc (macro "
       "AUC, which is steadier on few labelled records) or last (nothing: the last epoch is kept, "
       "whatever the patience; for a student of a teacher where few records are labelled)"},
      {"patience", &c.patience, "stop after so many epochs without a better one"},
      {"precision", &c.precision, "bf16, fp32 or auto: bf16 where the processor computes with it"},
      {"device", &c.device, "cpu, cuda or auto"},
      {"threads", &c.threads, "threads; 0 is all cores"},
      {"checkpoint_minutes", &c.checkpoint_minutes, "minutes between checkpoints within an epoch"},
      {"teacher", &c.teacher,
       "trained 12-lead model (folder or file) to learn from; where several are given, separated "
       "by "
       "commas, their mean logit is the opinion, and the first one's features and maps count",
       true},
      {"weight_supervised", &c.weight_supervised, "weight of the labels"},
      {"weight_logit", &c.weight_logit, "weight of logit distillation on all records", true},
      {"weight_correlation", &c.weight_correlation,
       "weight of how the teacher's probabilities correlate, over a record's classes and over the "
       "batch for a class, on all records",
       true},
      {"weight_pseudo", &c.weight_pseudo,
       "weight of pseudo-labels on unlabelled records, which beside the other parts bring nothing "
       "(semi-supervised part)",
       true},
      {"weight_restoration", &c.weight_restoration,
       "weight of the restoration error, with or without a teacher"},
      {"region_focus", &c.region_focus,
       "how much more the restoration error counts where the teacher looks (region-aware part); 0 "
       "is plain L1",
       true},
      {"weight_region_features", &c.weight_region_features,
       "weight of the feature distance where the teacher looks, at every encoder block "
       "(region-aware part)",
       true},
      {"weight_region_agreement", &c.weight_region_agreement,
       "weight of how the student's class activation maps, what each stretch of time says for a "
       "class, correlate with the teacher's (region-aware part)",
       true},
      {"region_map", &c.region_map,
       "what restoration and features follow: saliency (of each lead and moment), time (the same "
       "in all leads) or uniform (all places alike)",
       true},
      {"weight_information", &c.weight_information,
       "weight of the mutual information of student and teacher layers (cross-layer mutual "
       "information part)",
       true},
      {"information_bound", &c.information_bound, "infonce, gaussian or jensen-shannon", true},
      {"weight_output_information", &c.weight_output_information,
       "weight of what each of the student's encoder blocks tells about the teacher's outputs, by "
       "the losses of weight_logit and weight_correlation (cross-layer mutual information part)",
       true},
      {"true_leads_epochs", &c.true_leads_epochs,
       "epochs over which what the student is given passes from the true leads to the restored "
       "ones, a third of all or fewer; 0 is off, as without a restoration net or after start",
       true},
      {"rival", &c.rival,
       fmt::format(
           "a published method to compare with, beside whatever else has a weight: none, "
           "{}; without a teacher {}. dkd, dist, simkd and l2d take the place of weight_logit: set "
           "that to 0 (docs/rivals.md)",
           rival_names(true), rival_names(false))},
      {"weight_rival", &c.weight_rival, "weight of the rival's loss"},
  };
}

TrainConfig train_defaults() {
  TrainConfig c;
  c.weight_logit = c.weight_pseudo = c.region_focus = c.weight_region_features =
      c.weight_region_agreement = c.weight_information = c.weight_output_information = 0;
  c.measured_share = -1;
  return c;
}

TrainConfig distil_defaults() {
  TrainConfig c;
  c.restoration = "tiny";
  c.true_leads_epochs = 2;
  c.measured_share = 0.5;
  c.weight_correlation = 6;
  c.weight_restoration = 20;  // else the other losses take the restored leads from the true ones
  c.weight_region_agreement = 0.5;
  c.weight_output_information = 1;
  // On validation patients these bring nothing beside the others (docs/results/networks.md).
  c.weight_pseudo = c.weight_region_features = c.weight_information = 0;
  return c;
}

void check_config(const TrainConfig& c) {
  if (c.data.empty())
    throw Error("setting data", "must be given: the folder of a prepared data set",
                "make one with liteheart prepare");
  if (c.out.empty()) throw Error("setting out", "must be given: the folder for this training");
  const auto range = [](const char* key, double value, double low, double high) {
    require(value >= low && value <= high, key, fmt::format("from {} to {}", low, high), value);
  };
  const auto positive = [](const char* key, double value) {
    require(value > 0 && std::isfinite(value), key, "above 0", value);
  };
  const auto share = [](const char* key, double value) {
    require(value > 0 && value <= 1, key, "above 0, at most 1", value);
  };
  const auto one_of = [](const char* key, const std::string& value,
                         std::initializer_list<const char*> names) {
    require(std::find(names.begin(), names.end(), value) != names.end(), key,
            fmt::format("one of {}", fmt::join(names, ", ")), "'" + value + "'");
  };
  require(c.strides == "preset" || parse_strides(c.strides), "strides",
          "preset or three numbers from 1 to 16 such as 4-2-2", "'" + c.strides + "'");
  share("labelled", c.labelled);
  range("epochs", c.epochs, 1, 100000);
  range("threads", c.threads, 0, 1024);
  range("batch", c.batch, 2, 65536);
  share("labelled_share", c.labelled_share);
  share("learning_rate", c.learning_rate);
  range("warmup_epochs", c.warmup_epochs, 0, 100000);
  range("true_leads_epochs", c.true_leads_epochs, 0, 100000);
  positive("clip", c.clip);
  require(c.averaging >= 0 && c.averaging < 1, "averaging", "from 0 to below 1", c.averaging);
  require(c.measured_share == -1 || (c.measured_share >= 0 && c.measured_share < 1),
          "measured_share", "from 0 to below 1, or -1", c.measured_share);
  range("cutmix", c.cutmix, 0, 1);
  positive("cutmix_beta", c.cutmix_beta);
  range("augment", c.augment, 0, 10);
  one_of("selection", c.selection, {"map", "auc", "last"});
  one_of("region_map", c.region_map, {"saliency", "time", "uniform"});
  range("patience", c.patience, 1, 100000);
  one_of("precision", c.precision, {"auto", "bf16", "fp32"});
  one_of("device", c.device, {"auto", "cpu", "cuda"});
  positive("checkpoint_minutes", c.checkpoint_minutes);
  TrainConfig copy = c;
  for (const ConfigField& field : config_fields(copy)) {
    if (field.key.starts_with("weight_") || field.key == "region_focus") {
      range(field.key.c_str(), *std::get<double*>(field.value), 0, 1e6);
    }
  }
  if (c.teacher.empty()) positive("weight_supervised", c.weight_supervised);
  require(c.weight_output_information == 0 || c.weight_logit + c.weight_correlation > 0,
          "weight_output_information", "0 where weight_logit and weight_correlation are",
          c.weight_output_information);
  check_rival(c);
  const Rival* rival = find_rival(c.rival);
  const bool rival_suffices = rival != nullptr && rival->trains_output && c.weight_rival > 0;
  require(c.weight_supervised + c.weight_logit + c.weight_correlation > 0 || rival_suffices,
          "weight_logit",
          "above 0 where weight_supervised is 0: nothing else trains the last layer",
          c.weight_logit);
}

std::optional<std::array<int, 3>> parse_strides(const std::string& text) {
  std::array<int, 3> s{};
  char end = 0;
  if (std::sscanf(text.c_str(), "%d-%d-%d%c", s.data(), &s[1], &s[2], &end) != 3 ||
      std::ranges::any_of(s, [](int stride) { return stride < 1 || stride > 16; }))
    return std::nullopt;
  return s;
}

bool is_distil_only(std::string_view key) {
  TrainConfig any;
  return std::ranges::any_of(config_fields(any), [&](const ConfigField& field) {
    return field.key == key && field.distil_only;
  });
}

nlohmann::json config_json(const TrainConfig& config) {
  TrainConfig copy = config;
  nlohmann::json all = nlohmann::json::object();
  for (const ConfigField& field : config_fields(copy)) {
    std::visit([&](const auto* value) { all[field.key] = *value; }, field.value);
  }
  return all;
}

std::string config_reference() {
  std::string text =
      "# Settings of `liteheart train` and `liteheart distil`\n\n"
      "Made by `liteheart train --reference`. Each key stands in a TOML file (`--config FILE`) or, "
      "behind `--`, on the\n"
      "command line, which wins.\n\n| key | default | meaning |\n|---|---|---|\n";
  TrainConfig of_train = train_defaults(), of_distil = distil_defaults();
  const auto train = config_fields(of_train), distil = config_fields(of_distil);
  for (std::size_t i = 0; i < train.size(); ++i) {
    const bool only = distil[i].distil_only;
    const std::string a = default_text(train[i]), b = default_text(distil[i]);
    text += fmt::format("| `{}` | `{}`{} | {}{} |\n", distil[i].key, only ? b : a,
                        only || a == b ? "" : fmt::format("; `distil`: `{}`", b), distil[i].help,
                        only ? " (`distil` only)" : "");
  }
  return text;
}

}  // namespace liteheart
