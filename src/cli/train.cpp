// `liteheart train` and `liteheart distil`: the same settings, but for those that need a teacher.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <memory>

#include "cli/commands.h"
#include "cli/progress.h"
#include "data/output_file.h"
#include "ecg/error.h"
#include "nn/runtime.h"
#include "report/training_log.h"
#include "train/trainer.h"

namespace liteheart {
namespace {

std::atomic<bool> stop_requested{false};

void request_stop(int) { stop_requested = true; }

void print_epoch(const EpochReport& e) {
  std::string losses;
  for (const auto& [name, value] : e.losses) losses += fmt::format("  {} {:.4f}", name, value);
  fmt::print("epoch {:3}/{}  MAP {:.4f}  AUC {:.4f}{}  {:.0f} records/s {}\n", e.epoch, e.epochs,
             e.map, e.auc, e.best ? " *" : "  ", e.records_per_second, losses);
  std::fflush(stdout);
}

/// training.html beside the log that it shows.
void write_page(const std::filesystem::path& out) {
  const std::string name = (out.has_filename() ? out : out.parent_path()).filename().string();
  replace_file(out / "training.html", training_page(name, out));
}

void run(const TrainConfig& config) {
  configure_runtime(config.threads);
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);
  std::unique_ptr<Progress> bar;
  std::string shown;
  TrainCallbacks callbacks;
  callbacks.stop = &stop_requested;
  callbacks.progress = [&](const std::string& stage, std::size_t done, std::size_t total,
                           const std::string& note) {
    if (!bar || stage != shown) bar = std::make_unique<Progress>(stage, total, done);
    shown = stage;
    bar->update(done, note);
  };
  callbacks.epoch = [&](const EpochReport& e) {
    bar.reset();
    print_epoch(e);
  };
  const TrainOutcome outcome = train(config, callbacks);
  bar.reset();
  if (outcome.epochs > 0) write_page(config.out);
  if (outcome.was_complete) {
    fmt::print("{} is complete already; nothing to do\n", config.out);
  } else if (!outcome.finished) {
    throw Error(config.out, "stopped on request", "the same command continues it");
  }
  fmt::print(
      "best of {} epochs: {}, validation MAP {:.4f}, {:.0f} s in all\nmodel: "
      "{}/model.safetensors\ncurves: {}/training.html\n",
      outcome.epochs, outcome.best_epoch, outcome.best_map, outcome.seconds, config.out,
      config.out);
}

/// One option a field; what the command line gives wins over the config file.
void add_settings(CLI::App* command, const std::shared_ptr<TrainConfig>& config, bool distil) {
  for (const ConfigField& field : config_fields(*config)) {
    if (field.distil_only && !distil) continue;
    std::visit(
        [&](auto* value) {
          command->add_option("--" + field.key, *value, field.help)->capture_default_str();
        },
        field.value);
  }
  const auto file = std::make_shared<std::string>();
  command->add_option("--config", *file,
                      "TOML file with any of these settings; the command line wins");
  command->add_flag_callback(
      "--reference",
      [] {
        fmt::print("{}", config_reference());
        throw CLI::Success();
      },
      "print the reference of all settings (docs/configuration.md) and stop");
  const auto defaults = std::make_shared<TrainConfig>(*config);
  command->final_callback([config, defaults, file, command, distil] {
    if (!file->empty()) {
      TrainConfig merged = *defaults;
      read_config(*file, merged, distil);
      const auto given = config_fields(*config);
      auto target = config_fields(merged);
      for (std::size_t i = 0; i < given.size(); ++i) {
        const CLI::Option* option = command->get_option_no_throw("--" + given[i].key);
        if (option == nullptr || option->count() == 0) continue;
        std::visit(
            [&](auto* to) {
              *to = *std::get<std::remove_reference_t<decltype(to)>>(given[i].value);
            },
            target[i].value);
      }
      *config = merged;
    }
    if (distil && config->teacher.empty()) {
      throw Error("setting teacher", "must be given: the folder of a trained 12-lead model",
                  "make one with liteheart train --lead all");
    }
    run(*config);
  });
}

}  // namespace

void add_train(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "train",
      "Train a teacher (--network teacher-base --lead all), or a baseline without distillation\n"
      "(--network student-tiny --lead I [--restoration tiny]). Interrupted, the same command "
      "continues.");
  const auto config = std::make_shared<TrainConfig>(train_defaults());
  add_settings(command, config, false);
  command->footer(
      "Example: liteheart train --data data --out teacher --network student-base --lead all\n"
      "         liteheart train --data data --out baseline --lead I");
}

void add_distil(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("distil",
                         "Distil a trained 12-lead teacher into restoration net + student. Each "
                         "part can be switched off: set its weight to 0.\n"
                         "Interrupted, the same command continues.");
  const auto config = std::make_shared<TrainConfig>(distil_defaults());
  add_settings(command, config, true);
  command->footer("Example: liteheart distil --data data --teacher teacher --out lite --lead I");
}

}  // namespace liteheart
