#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/models.h"
#include "deploy/engine.h"
#include "deploy/model_bytes.h"
#include "edge/liteheart.h"
#include "edge/network.h"
#include "nn/network_cost.h"

namespace liteheart {
namespace {

/// What a device has to hold and to do for an .lhm file.
std::string runs_text(const std::string& file) {
  const ModelBytes bytes = ModelBytes::read(file);
  const edge::EdgeModel model = open_edge_model(bytes, file);
  lh_model view;
  lh_model_open(&view, bytes.bytes().data(), bytes.bytes().size());
  std::string streams;
  for (const double rate : {100, 250, 300, 500})
    streams += fmt::format("{} {:g} Hz {}", streams.empty() ? "" : ",", rate,
                           lh_stream_memory(&view, rate));
  return fmt::format(
      "{}, {:.2f} M multiply-adds a window, file {} bytes, memory {} bytes for "
      "the networks; for all of a stream (lh_stream_memory) at{}",
      model.bytes() ? "in bytes (int8)" : "in floats (fp32)",
      static_cast<double>(model.multiply_adds()) / 1e6, bytes.bytes().size(), model.arena_bytes(),
      streams);
}

std::string runs_text(const ModelCard& card) {
  const NetworkCost cost = network_cost(card);
  return fmt::format("{} parameters, {:.2f} M multiply-adds a window", cost.parameters,
                     static_cast<double>(cost.multiply_adds) / 1e6);
}

void describe(const std::string& file, const ModelCard& card) {
  fmt::print("{}\nreads   {}\ngives   {}\nruns    {}\n\n", file, reads_text(card), gives_text(card),
             is_edge_model(file) ? runs_text(file) : runs_text(card));
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
  command->footer("Example: liteheart describe lite.lhm");
  command->callback([file] { describe(*file, open_engine(*file, 1)->card()); });
}

}  // namespace liteheart
