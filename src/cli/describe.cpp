#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/models.h"
#include "deploy/engine.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

void describe(const std::string& file, const ModelCard& card) {
  fmt::print("{}\nreads   {}\ngives   {}\n\n", file, reads_text(card), gives_text(card));
  fmt::print("{:<18}{:<10}{:<52}{:>10}\n", "SNOMED CT", "", "", "threshold");
  for (std::size_t i = 0; i < card.classes.size(); ++i) {
    const Diagnosis& d = card.classes[i];
    fmt::print("{:<18}{:<10}{:<52}{:>10}\n", d.code, d.abbreviation, d.name,
               !card.judges(i) ? "not judged"
               : card.decision.threshold.empty()
                   ? "-"
                   : fmt::format("{:.1f} %", 100 * card.decision.threshold[i]));
  }
  fmt::print("\nprovenance {}\n\n{}\n", card.provenance.dump(2), kDisclaimer);
}

}  // namespace

void add_describe(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("describe", "Print what a model reads, gives and was made from.");
  const auto file = std::make_shared<std::string>();
  command->add_option("MODEL", *file, "model file (.lhm or .safetensors) or training folder")
      ->required();
  command->callback([file] { describe(*file, open_engine(*file, 1)->card()); });
}

}  // namespace liteheart
